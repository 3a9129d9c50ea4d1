internal import FoundationEssentials
public import ImageArchives
internal import Synchronization
internal import Values

/// Brings images of an archive into every node of a cluster: what the nodes have already is not sent again.
public struct ImageLoad: Sendable {
    private let provider: any ClusterProvider
    private let cluster: String
    private let nodes: [String]
    private static let limit = Duration.seconds(1800)

    /// For a cluster.
    ///
    /// - Parameter nodes: The nodes that get images; none: all.
    public init(provider: any ClusterProvider, cluster: String, nodes: [String]) {
        self.provider = provider
        self.cluster = cluster
        self.nodes = nodes
    }

    /// A command of the agent for these nodes.
    private func agent(_ verb: String) -> [String] {
        ["kinkajou", "inside", verb, "--name", cluster]
            + (nodes.isEmpty ? [] : ["--nodes", nodes.joined(separator: ",")])
    }

    /// What became of images.
    public struct Outcome: Sendable {
        /// The names of those that were sent.
        public var loaded: [String] = []
        /// The names of those that every node had.
        public var present: [String] = []
        /// How many bytes were sent.
        public var sentBytes: Int64 = 0
        /// How many bytes of layers did not have to be.
        public var skippedBytes: Int64 = 0
    }

    /// What the nodes have.
    public func images() async throws -> ClusterImages {
        let text = try await provider.output(
            agent("images"), in: cluster, timeout: .seconds(120))
        do {
            return try JSONDecoder().decode(ClusterImages.self, from: Data(text.utf8))
        } catch {
            throw KinkajouError(
                "the cluster \"\(cluster)\" tells its images in a form that is not understood: \(error)",
                cure: "use an image of the Pod and a kinkajou of the same version")
        }
    }

    /// Sends images.
    ///
    /// - Parameters:
    ///   - archive: Where they are.
    ///   - names: Which of them; nil: all.
    ///   - identifiers: The IDs of those that may be nameless in the archive (``ImageArchive/images(named:identifiers:)``).
    ///   - present: What ``images()`` said.
    ///   - update: Gets the bytes that were sent, and how many there are.
    public func load(
        _ archive: ImageArchive, names: [String]?, identifiers: [String: ContentDigest] = [:],
        present: ClusterImages,
        update: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> Outcome {
        guard let platform = present.platform else {
            throw KinkajouError(
                "the nodes of the cluster \"\(cluster)\" run different platforms",
                cure: "load the images node by node")
        }
        var outcome = Outcome()
        var missing: [ArchivedImage] = []
        let chosen = try names.map { try archive.images(named: $0, identifiers: identifiers) }
        for image in chosen ?? archive.images {
            let id = image.variant(for: platform)?.imageID
            if let id, !image.names.isEmpty, image.names.allSatisfy({ present.haveImage(id, named: $0) }) {
                outcome.present += image.names
            } else {
                missing.append(image)
            }
        }
        guard !missing.isEmpty else { return outcome }
        var transfer = try archive.transfer(
            images: missing, platform: platform, without: present.nodes.map(\.content))
        var report = try await send(transfer, update: update)
        if report.nodes.contains(where: \.lacksSkippedLayers) {
            // A node's garbage collector was faster.
            transfer = try archive.transfer(images: missing, platform: platform)
            report = try await send(transfer, update: update)
        }
        if let node = report.nodes.first(where: { $0.error != nil }) {
            throw KinkajouError(
                "the node \(node.name) could not import the images: \(node.error ?? "")",
                cure:
                    "see that it has room: `kinkajou exec --name \(cluster) --node \(node.name) -- df -h /`",
                evidence: report.nodes.compactMap { node in node.error.map { "\(node.name): \($0)" } })
        }
        outcome.loaded = missing.flatMap { $0.names.isEmpty ? [$0.title] : $0.names }
        outcome.sentBytes = transfer.size
        outcome.skippedBytes = transfer.skippedBytes
        return outcome
    }

    private func send(
        _ transfer: ImageTransfer, update: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> ImportReport {
        let source = FramedTransfer(transfer)
        let text = CollectedText()
        let result = try await provider.run(
            RemoteCommand(
                agent("import"), timeout: Self.limit,
                input: {
                    let piece = source.next()
                    update(source.sent, transfer.size)
                    return piece
                }, output: { text.append($0) }), in: cluster)
        // What could not be read here is the cause of what the other side says.
        if let failure = source.failure { throw failure }
        if let report = try? JSONDecoder().decode(ImportReport.self, from: Data(text.string.utf8)) {
            return report
        }
        throw KinkajouError(
            "the images could not be loaded into the cluster \"\(cluster)\": \(result.reason)",
            cure: "see `kinkajou logs --name \(cluster)`, and that its nodes have room",
            evidence: result.errors.split(separator: "\n").suffix(5).map(String.init))
    }
}

/// A transfer, framed for a stream that cannot tell its end.
private final class FramedTransfer: Sendable {
    private struct State {
        var transfer: ImageTransfer
        var writer = StreamFrameWriter()
        var sent: Int64 = 0
        var isOver = false
        var failure: (any Error)?
    }

    private let state: Mutex<State>

    init(_ transfer: ImageTransfer) {
        state = Mutex(State(transfer: transfer))
    }

    /// How many bytes were taken from here.
    var sent: Int64 { state.withLock { $0.sent } }
    /// Why it broke off; nil: it did not.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// The next frame; nil after the last.
    func next() -> [UInt8]? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            do {
                if let chunk = try state.transfer.next() {
                    state.sent += Int64(chunk.count)
                    return state.writer.frame(chunk)
                }
            } catch {
                // The other side is told, so that it does not take half for the whole.
                state.isOver = true
                state.failure = error
                return state.writer.abort(reason: "\(error)")
            }
            state.isOver = true
            return state.writer.end()
        }
    }
}

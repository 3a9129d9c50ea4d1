internal import DockerEngine
internal import Glibc
public import ImageArchives
internal import Linux
internal import Synchronization
internal import Values

/// Brings images from a framed stream into the containerd of every node at once, without a copy in between.
public struct ImageImport: Sendable {
    private let nodes: Nodes
    private let chosen: [String]?
    private let limits: StreamFanOut.Limits

    /// An import.
    ///
    /// - Parameters:
    ///   - nodes: The cluster.
    ///   - chosen: The names of the nodes; nil: all nodes of Kubernetes.
    ///   - stall: How long a node may take nothing while there is something for it.
    ///   - silence: How long nothing may come.
    ///   - finish: How long a node may unpack after the last byte.
    public init(
        into nodes: Nodes, on chosen: [String]? = nil, stall: Duration = .seconds(60),
        silence: Duration = .seconds(300), finish: Duration = .seconds(600)
    ) {
        self.nodes = nodes
        self.chosen = chosen
        limits = StreamFanOut.Limits(stall: stall, silence: silence, finish: finish)
    }

    /// Reads the stream (``StreamFrameWriter`` around ``ImageTransfer``) to its end, and imports it.
    ///
    /// What broke off, or was damaged, or cancelled with the task, brings nothing: the nodes get the end of the
    /// archive only when all before it was checked, and without it containerd takes nothing.
    ///
    /// - Parameter source: The descriptor of the stream.
    /// - Returns: What became of it on each node; one that failed does not hold up the others.
    /// - Throws: ``KinkajouError`` where no node has got anything, or `CancellationError`.
    public func run(from source: Int32) async throws -> ImportReport {
        let names = try await nodes.running(chosen).map(\.name)
        let snapshotters = try await withThrowingTaskGroup(of: (String, String).self) { group in
            for name in names {
                group.addTask { [nodes] in
                    (name, try await NodeStore(program: nodes.program(in: name)).snapshotter())
                }
            }
            var result: [String: String] = [:]
            for try await (name, snapshotter) in group { result[name] = snapshotter }
            return result
        }
        let stop = try Pipe()
        defer { Glibc.close(stop.reading) }
        var lanes: [StreamFanOut.Lane] = []
        do {
            for name in names {
                lanes.append(
                    try Self.lane(nodes.program(in: name), snapshotter: snapshotters[name] ?? "overlayfs"))
            }
        } catch {
            Glibc.close(stop.writing)
            let started = StreamFanOut(lanes: lanes, source: source, stop: stop.reading, limits: limits)
            _ = await OwnThread.value { started.run() }
            throw error
        }
        let fanOut = StreamFanOut(lanes: lanes, source: source, stop: stop.reading, limits: limits)
        let writing = Closing(stop.writing)
        let failure = await withTaskCancellationHandler {
            await OwnThread.value { fanOut.run() }
        } onCancel: {
            // The other end becomes readable.
            writing.close()
        }
        writing.close()
        try Task.checkCancellation()
        switch failure {
        case .none: throw threadMissing()
        case .some(.none), .some(.some(.allEnded)): break
        case .some(.some(let failure)): throw Self.error(failure)
        }
        return ImportReport(
            cluster: nodes.cluster, nodes: await results(fanOut, snapshotters: snapshotters),
            bytes: fanOut.received)
    }

    private static func lane(_ program: NodeProgram, snapshotter: String) throws -> StreamFanOut.Lane {
        let input = try Pipe()
        let output: Pipe
        do {
            output = try Pipe()
        } catch {
            input.close()
            throw error
        }
        defer {
            Glibc.close(input.reading)
            Glibc.close(output.writing)
        }
        // As kind does it, without a name for every digest.
        var request = program.request(
            [
                "ctr", "--namespace=k8s.io", "images", "import", "--all-platforms",
                "--snapshotter=\(snapshotter)", "-",
            ], hasInput: true)
        request.streams = (input.reading, output.writing, output.writing)
        do {
            return StreamFanOut.Lane(
                name: program.node, child: try ChildProcess.start(request), input: input.writing,
                output: output.reading)
        } catch {
            Glibc.close(input.writing)
            Glibc.close(output.reading)
            throw program.missing(error)
        }
    }

    // MARK: - Results

    private func results(
        _ fanOut: StreamFanOut, snapshotters: [String: String]
    ) async -> [ImportReport.Node] {
        let images = fanOut.images
        return await withTaskGroup(of: ImportReport.Node.self) { group in
            for lane in fanOut.lanes {
                group.addTask { [self] in
                    await result(lane, images: images, snapshotter: snapshotters[lane.name] ?? "overlayfs")
                }
            }
            var nodes: [ImportReport.Node] = []
            for await node in group { nodes.append(node) }
            return nodes.sorted { $0.name < $1.name }
        }
    }

    private func result(
        _ lane: StreamFanOut.Lane, images: [TransferInspector.Image], snapshotter: String
    ) async -> ImportReport.Node {
        let status = await lane.child.wait(atMost: .seconds(10))
        let store = NodeStore(program: nodes.program(in: lane.name))
        var problem = lane.problem
        if problem == nil, status != .exited(0) {
            let lines = lane.said.split(whereSeparator: { $0.isNewline || $0 == "\r" })
            let line = lines.last { $0.contains("ctr: ") } ?? lines.last
            problem =
                line.map { $0.hasPrefix("ctr: ") ? String($0.dropFirst(5)) : String($0) }
                ?? status.map { "\($0)" } ?? "it does not end"
        }
        // Nothing of it was committed: containerd never got the end of the archive.
        guard !images.isEmpty else {
            return ImportReport.Node(
                name: lane.name, images: [], error: await reason(problem ?? "it ended early", lane.name))
        }
        do {
            let listing = try await store.listing(snapshotter: snapshotter)
            let arrived = images.filter { listing.targets[$0.name] == $0.manifestDigest }
            if problem == nil, arrived.count == images.count {
                return ImportReport.Node(
                    name: lane.name,
                    images: images.map {
                        ImportReport.Image(name: $0.name, id: $0.id, digest: $0.manifestDigest)
                    })
            }
            // A name without an image that can run is worse than none.
            let broken = arrived.filter { !listing.unpacked.contains($0.id) }
            if !broken.isEmpty { try await store.remove(names: broken.map(\.name)) }
            let missing = images.filter { !arrived.contains($0) }.map(\.name).joined(separator: ", ")
            let text = problem ?? "containerd took the archive, and does not have \(missing)"
            return ImportReport.Node(
                name: lane.name, images: [], error: await reason(text, lane.name),
                lacksSkippedLayers: text.contains("content digest") && text.contains("not found"))
        } catch {
            return ImportReport.Node(
                name: lane.name, images: [], error: await reason(problem ?? "\(error)", lane.name))
        }
    }

    /// A node that has died says little by itself.
    private func reason(_ problem: String, _ node: String) async -> String {
        // Where this container is the node, it has not ended.
        guard case .docker(let client) = nodes.runtime,
            let details = try? await client.inspectContainer(node, timeout: .seconds(5)),
            !details.state.running
        else { return problem }
        return "the node has ended (exit status \(details.state.exitCode)"
            + (details.state.oomKilled ? ", out of memory)" : ")")
    }

    // MARK: - Errors

    private static func error(_ failure: StreamFanOut.Failure) -> any Error {
        let nothing = "nothing was imported"
        switch failure {
        case .stopped, .allEnded: return CancellationError()
        case .frames(let error):
            return KinkajouError(
                "\(error) (\(nothing))", cure: "load the images again", code: .stepFailed)
        case .content(let error):
            return KinkajouError(
                "what came is no archive that can be imported: \(error) (\(nothing))",
                cure: "use the same version of kinkajou at both ends", code: .stepFailed)
        case .reading(let error):
            return KinkajouError(
                "the archive cannot be received: \(error) (\(nothing))", cure: "load the images again",
                code: .stepFailed)
        case .silence(let limit, let received):
            return KinkajouError(
                "nothing came for \(limit.components.seconds) s, after \(received) bytes (\(nothing))",
                cure: "check the connection, and load the images again", code: .timedOut)
        }
    }

    private func threadMissing() -> KinkajouError {
        KinkajouError(
            "no thread can be started", cure: "allow this container more processes (pids limit)",
            code: .stepFailed)
    }
}

/// A descriptor that is closed once, by whoever comes first.
private final class Closing: Sendable {
    private let descriptor: Mutex<Int32>

    init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}

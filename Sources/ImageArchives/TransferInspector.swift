internal import FoundationEssentials

/// Looks at a transfer as it passes, to know what images it brings: ``ImageTransfer`` on the receiving side.
public struct TransferInspector: Sendable {
    /// Why a stream is no transfer.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// An image that it brings.
    public struct Image: Sendable, Equatable {
        /// Its full name.
        public let name: String
        /// The digest of its manifest.
        public let manifestDigest: ContentDigest
        /// Its ID.
        public let id: ContentDigest
    }

    /// The largest `index.json`: some hundred bytes for each name.
    private static let indexLimit: Int64 = 64 << 20
    private static let documentsLimit = 256 << 20
    private static let entriesLimit = 100_000

    private enum State {
        case header
        case content(name: String, left: Int64, isKept: Bool)
        case padding(Int)
        case end
    }

    private var state = State.header
    private var buffer: [UInt8] = []
    private var documents: [String: [UInt8]] = [:]
    private var documentsSize = 0
    /// The names of the manifests, as soon as the index has passed. All else passes by unseen.
    private var manifests: Set<String> = []
    private var entries = 0
    private var last = ""

    /// An inspector at the beginning of a stream.
    public init() {}

    /// Takes bytes as they pass.
    public mutating func take(_ bytes: [UInt8]) throws(Problem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header:
                let piece = rest.prefix(TarHeader.blockSize - buffer.count)
                buffer += piece
                rest = rest.dropFirst(piece.count)
                guard buffer.count == TarHeader.blockSize else { return }
                try begin()
            case .content(let name, let left, let isKept):
                let piece = rest.prefix(Int(clamping: left))
                if isKept { buffer += piece }
                rest = rest.dropFirst(piece.count)
                state = .content(name: name, left: left - Int64(piece.count), isKept: isKept)
                if left == Int64(piece.count) { finish(name, isKept: isKept) }
            case .padding(let left):
                let count = min(left, rest.count)
                rest = rest.dropFirst(count)
                state = count == left ? .header : .padding(left - count)
            case .end:
                return
            }
        }
    }

    private var contentSize: Int64 = 0

    private mutating func begin() throws(Problem) {
        let header: TarHeader?
        do {
            header = try TarHeader(buffer)
        } catch {
            throw Problem(description: "it is no tar archive")
        }
        buffer = []
        guard let header else {
            state = .end
            return
        }
        entries += 1
        guard header.type == UInt8(ascii: "0"), entries <= Self.entriesLimit else {
            throw Problem(description: "\"\(header.name.prefix(100))\" in it is no ordinary file")
        }
        last = header.name
        contentSize = header.size
        let isKept =
            if header.name == Self.indexName {
                header.size <= Self.indexLimit
            } else {
                manifests.contains(header.name) && header.size <= ImageArchive.documentLimit
                    && documentsSize + Int(header.size) <= Self.documentsLimit
            }
        state = .content(name: header.name, left: header.size, isKept: isKept)
        if header.size == 0 { finish(header.name, isKept: isKept) }
    }

    private mutating func finish(_ name: String, isKept: Bool) {
        if isKept {
            documents[name] = buffer
            documentsSize += buffer.count
            if name == Self.indexName {
                manifests = Set(index()?.manifests.map { Self.blobName($0.digest) } ?? [])
            }
        }
        buffer = []
        let padding = TarHeader.padding(contentSize)
        state = padding == 0 ? .header : .padding(padding)
    }

    private static let indexName = "index.json"

    /// The name of a blob with a digest such as `sha256:…`.
    private static func blobName(_ digest: String) -> String {
        "blobs/" + digest.split(separator: ":", maxSplits: 1).joined(separator: "/")
    }

    private func index() -> ImageIndex? {
        documents[Self.indexName].flatMap { try? JSONDecoder().decode(ImageIndex.self, from: Data($0)) }
    }

    /// The images that it brings, when all of it has passed.
    ///
    /// - Throws: Where it is not whole, or no transfer: containerd must not get its end then.
    public func images() throws(Problem) -> [Image] {
        guard case .end = state else { throw Problem(description: "it has no end") }
        guard last == "oci-layout" else { throw Problem(description: "oci-layout is not last in it") }
        guard let index = index() else {
            throw Problem(description: "its index.json is missing, or cannot be understood")
        }
        var images: [Image] = []
        for descriptor in index.manifests {
            guard let digest = ContentDigest(descriptor.digest),
                let name = descriptor.annotations?["io.containerd.image.name"],
                ImageName.normalised(name) == name,
                let bytes = documents[Self.blobName(descriptor.digest)], ContentDigest(of: bytes) == digest,
                let manifest = try? JSONDecoder().decode(ImageManifest.self, from: Data(bytes)),
                let id = ContentDigest(manifest.config.digest)
            else { throw Problem(description: "an image in its index has no full name, or no manifest") }
            images.append(Image(name: name, manifestDigest: digest, id: id))
        }
        guard !images.isEmpty else { throw Problem(description: "there are no images in it") }
        return images
    }
}

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

    /// Nothing is kept but what has a limit of its own.
    private var stream = TarStream(sizeLimit: .max, entryLimit: Self.entriesLimit)
    /// The file that passes, and whether it is a document that is kept.
    private var current = (name: "", isKept: false)
    private var buffer: [UInt8] = []
    private var documents: [String: [UInt8]] = [:]
    private var documentsSize = 0
    /// The names of the manifests, as soon as the index has passed. All else passes by unseen.
    private var manifests: Set<String> = []

    /// An inspector at the beginning of a stream.
    public init() {}

    /// Takes bytes as they pass.
    public mutating func take(_ bytes: [UInt8]) throws(Problem) {
        let items: [TarStream.Item]
        do {
            items = try stream.take(bytes)
        } catch {
            throw Problem(description: error.description)
        }
        for item in items {
            switch item {
            case .file(let name, let size): current = (name, isKept(name, size: size))
            case .content(let piece): if current.isKept { buffer += piece }
            case .fileEnd: finish()
            case .directory(let name), .leftOut(let name):
                throw Problem(description: "\"\(name.prefix(100))\" in it is no ordinary file")
            }
        }
    }

    private func isKept(_ name: String, size: Int64) -> Bool {
        name == Self.indexName
            ? size <= Self.indexLimit
            : manifests.contains(name) && size <= ImageArchive.documentLimit
                && documentsSize + Int(size) <= Self.documentsLimit
    }

    private mutating func finish() {
        guard current.isKept else { return }
        documents[current.name] = buffer
        documentsSize += buffer.count
        if current.name == Self.indexName {
            manifests = Set(index()?.manifests.map { Self.blobName($0.digest) } ?? [])
        }
        buffer = []
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
        guard stream.isComplete else { throw Problem(description: "it has no end") }
        guard current.name == "oci-layout" else { throw Problem(description: "oci-layout is not last in it") }
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

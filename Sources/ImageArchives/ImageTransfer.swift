internal import Crypto

/// Images on their way into a containerd, or into a Docker engine: a tar archive, made chunk by chunk.
///
/// For a containerd, `index.json` comes first, so that ``TransferInspector`` knows the manifests from the layers; then
/// layers, configurations and manifests, and `oci-layout` last. For Docker, `manifest.json` comes last. Without the last
/// one the archive is refused as a whole, so one that breaks off brings nothing.
public struct ImageTransfer: Sendable {
    /// An image as it will be there.
    public struct Image: Sendable, Equatable {
        /// Its names.
        public let names: [String]
        /// Its ID.
        public let id: ContentDigest
        /// What it runs on; nil where it does not say.
        public let platform: ImagePlatform?
        /// The digest of its manifest.
        public let manifestDigest: ContentDigest
    }

    /// The most bytes of a chunk.
    public static let chunkSize = 1 << 20

    /// How many bytes all chunks have.
    public let size: Int64
    /// How many bytes of layers need not be sent.
    public let skippedBytes: Int64
    /// How many layers are sent.
    public let layerCount: Int
    /// How many layers need not be sent.
    public let skippedLayerCount: Int
    /// What is sent.
    public let images: [Image]

    /// What the receiver reads.
    enum Form {
        /// An OCI layout, for containerd.
        case layout
        /// `manifest.json`, for Docker.
        case docker
    }

    private enum Part: Sendable {
        case bytes([UInt8])
        case layer(Location, ContentDigest)
    }

    private let file: ArchiveFile
    private let parts: [Part]
    private var current = 0
    private var position: Int64 = 0
    private var hash = SHA256()
    private var failure: ImageArchiveError?

    init(
        file: ArchiveFile, images: [(names: [String], variant: ImageVariant, configuration: Blob)],
        layers: [(layer: ImageLayer, location: Location)], skipped: [ImageLayer], form: Form = .layout
    ) {
        self.file = file
        self.images = images.map {
            Image(
                names: $0.names, id: $0.configuration.digest, platform: $0.variant.platform,
                manifestDigest: $0.variant.manifestDigest)
        }
        var parts: [Part] = []
        func add(_ name: String, _ bytes: [UInt8]) {
            let padding = [UInt8](repeating: 0, count: TarHeader.padding(Int64(bytes.count)))
            parts.append(.bytes(TarHeader.file(name, size: Int64(bytes.count)) + bytes + padding))
        }
        if form == .layout { add("index.json", Array(Self.index(images).utf8)) }
        for (layer, location) in layers.sorted(by: { $0.location.offset < $1.location.offset }) {
            parts.append(.bytes(TarHeader.file("blobs/sha256/" + layer.digest.hex, size: location.size)))
            parts.append(.layer(location, layer.digest))
            parts.append(.bytes([UInt8](repeating: 0, count: TarHeader.padding(location.size))))
        }
        var sent: Set<ContentDigest> = []
        let manifests = form == .layout ? images.map(\.variant.manifest) : []
        for blob in images.map(\.configuration) + manifests where sent.insert(blob.digest).inserted {
            add("blobs/sha256/" + blob.digest.hex, blob.bytes)
        }
        switch form {
        case .layout: add("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        case .docker: add("manifest.json", Array(Self.list(images).utf8))
        }
        parts.append(.bytes([UInt8](repeating: 0, count: 1024)))
        self.parts = parts
        size = parts.reduce(0) { sum, part in
            switch part {
            case .bytes(let bytes): sum + Int64(bytes.count)
            case .layer(let location, _): sum + location.size
            }
        }
        layerCount = layers.count
        skippedLayerCount = skipped.count
        skippedBytes = skipped.reduce(0) { $0 + $1.size }
    }

    private static func index(
        _ images: [(names: [String], variant: ImageVariant, configuration: Blob)]
    ) -> String {
        let entries = images.flatMap { image in
            image.names.map { name in
                let manifest = image.variant.manifest
                let descriptor = JSONText.descriptor(
                    manifest.mediaType, manifest.digest, Int64(manifest.bytes.count))
                return descriptor.dropLast() + #","annotations":{"io.containerd.image.name":"#
                    + JSONText.quoted(name) + "}}"
            }
        }
        return #"{"schemaVersion":2,"mediaType":"\#(MediaType.index)","manifests":["#
            + entries.joined(separator: ",") + "]}"
    }

    private static func list(
        _ images: [(names: [String], variant: ImageVariant, configuration: Blob)]
    ) -> String {
        func path(_ digest: ContentDigest) -> String { JSONText.quoted("blobs/sha256/" + digest.hex) }
        let entries = images.map { image in
            let names = image.names.map(JSONText.quoted).joined(separator: ",")
            let layers = image.variant.layers.map { path($0.digest) }.joined(separator: ",")
            return
                #"{"Config":\#(path(image.configuration.digest)),"RepoTags":[\#(names)],"Layers":[\#(layers)]}"#
        }
        return "[" + entries.joined(separator: ",") + "]"
    }

    /// The next chunk, of ``chunkSize`` bytes at most; nil when all were given.
    ///
    /// - Throws: ``ImageArchiveError`` where the file cannot be read, or a layer is not what its digest says. The
    ///   chunks that were given must then not be ended as if they were whole.
    public mutating func next() throws(ImageArchiveError) -> [UInt8]? {
        if let failure { throw failure }
        do throws(ImageArchiveError) {
            return try fill()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func fill() throws(ImageArchiveError) -> [UInt8]? {
        var chunk: [UInt8] = []
        while chunk.count < Self.chunkSize, current < parts.count {
            let room = Int64(Self.chunkSize - chunk.count)
            switch parts[current] {
            case .bytes(let bytes):
                let piece = bytes[Int(position)...].prefix(Int(room))
                chunk += piece
                position += Int64(piece.count)
                if position == bytes.count { advance() }
            case .layer(let location, let digest):
                let count = min(room, location.size - position)
                let piece = try file.bytes(Location(offset: location.offset + position, size: count))
                hash.update(data: piece)
                if chunk.isEmpty { chunk = piece } else { chunk += piece }
                position += count
                guard position == location.size else { continue }
                let actual = ContentDigest(hash.finalize())
                guard actual == digest else {
                    throw ImageArchiveError(
                        .wrongDigest, path: file.path,
                        problem: "the layer \(digest) has another content: \(actual)",
                        cure: "the file was damaged or tampered with: " + ImageArchiveError.saveAgain)
                }
                hash = SHA256()
                advance()
            }
        }
        return chunk.isEmpty ? nil : chunk
    }

    private mutating func advance() {
        current += 1
        position = 0
    }
}

internal import FoundationEssentials

/// Finds the images in an archive.
struct ArchiveReader {
    /// Indexes in indexes.
    private static let depthLimit = 8
    /// More than any index has.
    private static let manifestLimit = 5_000

    private let file: ArchiveFile
    private let index: TarIndex

    init(_ file: ArchiveFile) throws(ImageArchiveError) {
        self.file = file
        index = try TarIndex(of: file)
    }

    /// Whether it has the list of images that `docker load` of every engine reads.
    func hasDockersList() throws(ImageArchiveError) -> Bool { try location("manifest.json") != nil }

    func images() throws(ImageArchiveError) -> [ArchivedImage] {
        let saved = try document("manifest.json", as: [SavedImage].self)
        // As containerd does it, an OCI layout counts before `manifest.json`, which newer engines add for
        // older ones.
        if try location("oci-layout") != nil, let top = try document("index.json", as: ImageIndex.self) {
            var images = try layoutImages(top)
            if images.contains(where: { $0.names.isEmpty }), let saved {
                images = try named(images, by: saved)
            }
            if !images.isEmpty { return images }
        }
        if let saved {
            let images = try savedImages(saved)
            if !images.isEmpty { return images }
        }
        if !index.hasEnd { throw .truncated(file.path, "it has no end, and no list of images") }
        let isOld = try location("repositories") != nil
        throw ImageArchiveError(
            .notAnImage, path: file.path,
            problem: isOld
                ? "it was made by a Docker older than 1.10" : "it is a tar archive, and holds no images",
            cure:
                "give one that was made with `docker save IMAGE -o FILE` (an archive of `docker export` has "
                + "to go through `docker import` first)")
    }

    // MARK: - docker save

    private func savedImages(_ saved: [SavedImage]) throws(ImageArchiveError) -> [ArchivedImage] {
        var images: [ArchivedImage] = []
        for entry in saved {
            guard let place = try location(entry.configuration) else {
                throw missing("the configuration \(entry.configuration.prefix(200))", of: entry.names?.first)
            }
            let bytes = try small(place, name: entry.configuration)
            let digest = ContentDigest(of: bytes)
            if let claimed = claimedDigest(entry.configuration), claimed != digest {
                throw wrongDigest("the configuration \(entry.configuration)", digest)
            }
            let configuration = try decode(ImageConfiguration.self, bytes, name: entry.configuration)
            let diffIDs = try diffIDs(configuration, name: entry.configuration)
            let names = entry.layers ?? []
            guard names.count == diffIDs.count else {
                throw .malformed(
                    file.path,
                    "\(entry.names?.first ?? digest.short) has \(names.count) layers, and its configuration "
                        + "names \(diffIDs.count)")
            }
            let layers = try savedLayers(names, diffIDs: diffIDs)
            // What containerd makes of such an archive, byte by byte, so that an image has one digest
            // whichever way it came.
            let list = layers.map { JSONText.descriptor($0.mediaType, $0.layer.digest, $0.layer.size) }
            let text =
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerManifest)","config":"#
                + JSONText.descriptor(MediaType.dockerConfiguration, digest, Int64(bytes.count))
                + #","layers":["# + list.joined(separator: ",") + "]}"
            let manifest = Array(text.utf8)
            let manifestDigest = ContentDigest(of: manifest)
            images.append(
                ArchivedImage(
                    names: try entry.names.map { names throws(ImageArchiveError) in try full(names) } ?? [],
                    variants: [
                        ImageVariant(
                            platform: configuration.platform, imageID: digest, manifestDigest: manifestDigest,
                            layers: layers.map(\.layer),
                            manifest: Blob(
                                mediaType: MediaType.dockerManifest, digest: manifestDigest, bytes: manifest),
                            configuration: Blob(
                                mediaType: MediaType.dockerConfiguration, digest: digest, bytes: bytes))
                    ]))
        }
        return images
    }

    private func savedLayers(
        _ names: [String], diffIDs: [ContentDigest]
    ) throws(ImageArchiveError) -> [(mediaType: String, layer: ImageLayer)] {
        let chains = ChainID.all(of: diffIDs)
        var layers: [(mediaType: String, layer: ImageLayer)] = []
        for (number, name) in names.enumerated() {
            guard let place = try location(name) else {
                throw missing("the layer \(name.prefix(200))", of: nil)
            }
            let packing = Packing(try file.beginning(of: place, count: Packing.magicSize))
            let mediaType: String
            let digest: ContentDigest
            switch packing {
            case nil: (mediaType, digest) = (MediaType.dockerLayer, diffIDs[number])
            case .gzip:
                // The digest is in no document, and must be known before the blob is sent.
                (mediaType, digest) = (MediaType.dockerLayer + ".gzip", try file.digest(of: place))
            case .zstd: (mediaType, digest) = (MediaType.layer + "+zstd", try file.digest(of: place))
            case .xz, .bzip2:
                throw ImageArchiveError(
                    .unsupported, path: file.path,
                    problem:
                        "its layer \(name) is packed with \(packing?.program ?? ""), which containerd does not read",
                    cure: ImageArchiveError.saveAgain)
            }
            layers.append(
                (
                    mediaType,
                    ImageLayer(
                        digest: digest, size: place.size, diffID: diffIDs[number], chainID: chains[number],
                        location: place)
                ))
        }
        return layers
    }

    /// The digest that a file's name claims: `<hex>.json`, `sha256:<hex>` or `blobs/sha256/<hex>`.
    private func claimedDigest(_ name: String) -> ContentDigest? {
        var last = name.split(separator: "/").last ?? ""
        if last.hasSuffix(".json") { last = last.dropLast(".json".count) }
        return ContentDigest(hex: last) ?? ContentDigest(last)
    }

    // MARK: - OCI layout

    private func layoutImages(_ top: ImageIndex) throws(ImageArchiveError) -> [ArchivedImage] {
        var images: [(digest: ContentDigest, image: ArchivedImage)] = []
        var count = 0
        for descriptor in top.manifests where !isAttestation(descriptor) {
            let digest = try digest(descriptor)
            let names = try names(descriptor)
            if let known = images.firstIndex(where: { $0.digest == digest }) {
                for name in names where !images[known].image.names.contains(name) {
                    images[known].image.names.append(name)
                }
                continue
            }
            let variants = try variants(descriptor, depth: 0, count: &count)
            // An artifact, a signature for instance, is no image.
            guard !variants.isEmpty else { continue }
            // Some tools list the platforms of an image side by side, under one name.
            if !names.isEmpty, let known = images.firstIndex(where: { $0.image.names == names }) {
                let all = images[known].image.variants + variants
                images[known].image = ArchivedImage(names: names, variants: all)
            } else {
                images.append((digest, ArchivedImage(names: names, variants: variants, digest: digest)))
            }
        }
        return images.map(\.image)
    }

    private func variants(
        _ descriptor: Descriptor, depth: Int, count: inout Int
    ) throws(ImageArchiveError) -> [ImageVariant] {
        count += 1
        guard depth <= Self.depthLimit, count <= Self.manifestLimit else {
            throw ImageArchiveError(
                .tooLarge, path: file.path, problem: "its indexes are nested too deeply, or too large",
                cure: ImageArchiveError.saveAgain)
        }
        let digest = try digest(descriptor)
        let platform = descriptor.platform.flatMap { platform -> ImagePlatform? in
            guard let os = platform.os, let architecture = platform.architecture else { return nil }
            return ImagePlatform(os: os, architecture: architecture, variant: platform.variant)
        }
        guard let place = try location(of: digest) else {
            // Below an index that is common: `docker save` lists what it never pulled.
            let absent = ImageVariant(
                platform: platform, imageID: nil, manifestDigest: digest, layers: [],
                manifest: Blob(mediaType: descriptor.mediaType ?? "", digest: digest, bytes: []),
                configuration: nil)
            if depth > 0 { return [absent] }
            throw missing("the manifest \(digest)", of: descriptor.annotations?[Self.nameAnnotation])
        }
        let bytes = try blob(descriptor, digest, at: place)
        let name = "the manifest \(digest.short)"
        switch try kind(descriptor, bytes, name: name) {
        case .index:
            var variants: [ImageVariant] = []
            for child in try decode(ImageIndex.self, bytes, name: name).manifests where !isAttestation(child)
            {
                variants += try self.variants(child, depth: depth + 1, count: &count)
            }
            return variants
        case .manifest(let mediaType):
            let manifest = try decode(ImageManifest.self, bytes, name: name)
            let blob = Blob(mediaType: mediaType, digest: digest, bytes: bytes)
            return try variant(manifest, blob: blob, platform: platform).map { [$0] } ?? []
        }
    }

    /// nil: it is the manifest of something else than an image.
    private func variant(
        _ manifest: ImageManifest, blob: Blob, platform: ImagePlatform?
    ) throws(ImageArchiveError) -> ImageVariant? {
        let digest = try digest(manifest.config)
        let type = manifest.config.mediaType ?? MediaType.dockerConfiguration
        guard type.contains("image.config") || type.contains("container.image") else { return nil }
        guard let place = try location(of: digest) else {
            return ImageVariant(
                platform: platform, imageID: nil, manifestDigest: blob.digest, layers: [], manifest: blob,
                configuration: nil)
        }
        let bytes = try self.blob(manifest.config, digest, at: place)
        let name = "the configuration \(digest.short)"
        let configuration = try decode(ImageConfiguration.self, bytes, name: name)
        let diffIDs = try diffIDs(configuration, name: name)
        guard manifest.layers.count == diffIDs.count else {
            throw .malformed(
                file.path,
                "the manifest \(blob.digest.short) has \(manifest.layers.count) layers, and its configuration "
                    + "names \(diffIDs.count)")
        }
        let chains = ChainID.all(of: diffIDs)
        var layers: [ImageLayer] = []
        for (number, layer) in manifest.layers.enumerated() {
            let digest = try self.digest(layer)
            let isPlain = [MediaType.layer, MediaType.dockerLayer].contains(layer.mediaType ?? "")
            if isPlain, digest != diffIDs[number] {
                throw .malformed(
                    file.path,
                    "the layer \(digest.short) is not packed, and the configuration calls it "
                        + "\(diffIDs[number].short)")
            }
            let place = try location(of: digest)
            if let place, place.size != layer.size {
                throw .malformed(
                    file.path,
                    "the layer \(digest.short) should have \(layer.size) bytes, and has \(place.size)")
            }
            layers.append(
                ImageLayer(
                    digest: digest, size: layer.size, diffID: diffIDs[number], chainID: chains[number],
                    location: place))
        }
        return ImageVariant(
            platform: platform ?? configuration.platform, imageID: digest, manifestDigest: blob.digest,
            layers: layers, manifest: blob,
            configuration: Blob(mediaType: type, digest: digest, bytes: bytes))
    }

    private enum ManifestKind {
        case index
        case manifest(String)
    }

    private struct Shape: Decodable {
        struct Anything: Decodable {}
        var mediaType: String?
        var schemaVersion: Int?
        var manifests: [Anything]?
        var layers: [Anything]?
    }

    private func kind(
        _ descriptor: Descriptor, _ bytes: [UInt8], name: String
    ) throws(ImageArchiveError) -> ManifestKind {
        let shape = try decode(Shape.self, bytes, name: name)
        if shape.schemaVersion == 1 {
            throw ImageArchiveError(
                .unsupported, path: file.path, problem: "\(name) is of Docker's schema 1, older than 2016",
                cure: "pull or build the image again, and save it with `docker save`")
        }
        // A document that is both is a known trick (CVE-2021-41190): refused, as containerd does.
        guard shape.manifests == nil || shape.layers == nil else {
            throw .malformed(file.path, "\(name) is an index and a manifest at once")
        }
        if shape.manifests != nil { return .index }
        return .manifest(descriptor.mediaType ?? shape.mediaType ?? MediaType.manifest)
    }

    /// What BuildKit says of how an image was made; nothing runs it.
    private func isAttestation(_ descriptor: Descriptor) -> Bool {
        descriptor.annotations?["vnd.docker.reference.type"] == "attestation-manifest"
            || descriptor.platform?.os == "unknown"
    }

    // MARK: - Names

    private static let nameAnnotation = "io.containerd.image.name"

    private func names(_ descriptor: Descriptor) throws(ImageArchiveError) -> [String] {
        if let name = descriptor.annotations?[Self.nameAnnotation], !name.isEmpty { return try full([name]) }
        // Many write the tag alone here, which is no name.
        guard let name = descriptor.annotations?["org.opencontainers.image.ref.name"],
            name.contains(where: { "/:@".contains($0) }), let full = ImageName.normalised(name)
        else { return [] }
        return [full]
    }

    private func full(_ names: [String]) throws(ImageArchiveError) -> [String] {
        var result: [String] = []
        for name in names where !name.hasPrefix("<none>") {
            guard let full = ImageName.normalised(name) else {
                throw .malformed(file.path, "\"\(name.prefix(200))\" in it is no name of an image")
            }
            if !result.contains(full) { result.append(full) }
        }
        return result
    }

    /// Some engines write the names into `manifest.json` alone.
    private func named(
        _ images: [ArchivedImage], by saved: [SavedImage]
    ) throws(ImageArchiveError) -> [ArchivedImage] {
        var images = images
        for number in images.indices where images[number].names.isEmpty {
            for entry in saved {
                guard let digest = claimedDigest(entry.configuration),
                    images[number].variants.contains(where: { $0.imageID == digest })
                else { continue }
                images[number].names += try full(entry.names ?? [])
            }
        }
        return images
    }

    // MARK: - Blobs and documents

    private func location(_ name: String) throws(ImageArchiveError) -> Location? {
        try index.location(of: name)
    }

    private func location(of digest: ContentDigest) throws(ImageArchiveError) -> Location? {
        try index.location(of: "blobs/sha256/" + digest.hex)
    }

    private func digest(_ descriptor: Descriptor) throws(ImageArchiveError) -> ContentDigest {
        guard let digest = ContentDigest(descriptor.digest) else {
            throw ImageArchiveError(
                .unsupported, path: file.path,
                problem: "\"\(descriptor.digest.prefix(200))\" in it is no sha256 digest",
                cure: ImageArchiveError.saveAgain)
        }
        guard descriptor.size >= 0 else {
            throw .malformed(file.path, "the size of \(digest.short) is negative")
        }
        return digest
    }

    private func diffIDs(
        _ configuration: ImageConfiguration, name: String
    ) throws(ImageArchiveError) -> [ContentDigest] {
        var digests: [ContentDigest] = []
        for text in configuration.rootfs.diffIDs ?? [] {
            guard let digest = ContentDigest(text) else {
                throw .malformed(
                    file.path, "\(name) names \"\(text.prefix(200))\", which is no sha256 digest")
            }
            digests.append(digest)
        }
        return digests
    }

    /// A small blob, of which size and digest are checked.
    private func blob(
        _ descriptor: Descriptor, _ digest: ContentDigest, at place: Location
    ) throws(ImageArchiveError) -> [UInt8] {
        guard place.size == descriptor.size else {
            throw .malformed(
                file.path,
                "the blob \(digest.short) should have \(descriptor.size) bytes, and has \(place.size)")
        }
        let bytes = try small(place, name: "the blob \(digest.short)")
        let actual = ContentDigest(of: bytes)
        guard actual == digest else { throw wrongDigest("the blob \(digest)", actual) }
        return bytes
    }

    private func small(_ place: Location, name: String) throws(ImageArchiveError) -> [UInt8] {
        guard place.size <= ImageArchive.documentLimit else {
            throw ImageArchiveError(
                .tooLarge, path: file.path,
                problem: "\(name.prefix(200)) in it has \(place.size) bytes, and should have some thousands",
                cure: ImageArchiveError.saveAgain)
        }
        return try file.bytes(place)
    }

    private func document<Value: Decodable>(
        _ name: String, as type: Value.Type
    ) throws(ImageArchiveError) -> Value? {
        guard let place = try location(name) else { return nil }
        return try decode(type, try small(place, name: name), name: name)
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], name: String
    ) throws(ImageArchiveError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .malformed(
                file.path, "\(name.prefix(200)) in it cannot be understood: \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "there is no \"\(key.stringValue)\""
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        default: "it is no JSON"
        }
    }

    private func missing(_ what: String, of image: String?) -> ImageArchiveError {
        let owner = image.map { " of \($0)" } ?? ""
        if !index.hasEnd { return .truncated(file.path, "\(what)\(owner) is not in it, and it has no end") }
        return ImageArchiveError(
            .missingContent, path: file.path, problem: "\(what)\(owner) is not in it",
            cure: ImageArchiveError.saveAgain)
    }

    private func wrongDigest(_ what: String, _ digest: ContentDigest) -> ImageArchiveError {
        ImageArchiveError(
            .wrongDigest, path: file.path, problem: "\(what) has another content: \(digest)",
            cure: "the file was damaged or tampered with: " + ImageArchiveError.saveAgain)
    }
}

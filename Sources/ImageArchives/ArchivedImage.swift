/// An image in an archive, for one platform or several.
public struct ArchivedImage: Sendable, Equatable {
    /// Its full names (``ImageName``); none where the archive gives none. They may be changed, and are what the
    /// image will be called where it is sent.
    public var names: [String]
    /// What there is of it, one per platform.
    public let variants: [ImageVariant]
    /// The digest that a registry knows it by: that of its manifest, or of the index of all platforms. nil where the
    /// archive does not tell, as those of `docker save` before version 25 do not.
    public var digest: ContentDigest?

    init(names: [String], variants: [ImageVariant], digest: ContentDigest? = nil) {
        self.names = names
        self.variants = variants
        self.digest = digest
    }

    /// Whether a digest stands for it: as a registry has it, of its manifest for one platform, or its ID.
    public func isKnown(by digest: ContentDigest) -> Bool {
        self.digest == digest
            || variants.contains {
                ($0.manifestDigest == digest && self.digest != nil) || $0.imageID == digest
            }
    }

    /// The variant that runs best on a platform; nil where none does. One that does not say what it runs on
    /// is taken for a match when there is no other.
    public func variant(for platform: ImagePlatform) -> ImageVariant? {
        let ranked = variants.compactMap { variant in
            variant.platform.flatMap { platform.rank(of: $0) }.map { (rank: $0, variant: variant) }
        }
        if let best = ranked.min(by: {
            ($0.rank, $0.variant.isAbsent ? 1 : 0) < ($1.rank, $1.variant.isAbsent ? 1 : 0)
        }) {
            return best.variant
        }
        return variants.count == 1 && variants[0].platform == nil ? variants[0] : nil
    }

    /// A name for messages.
    public var title: String {
        names.first ?? variants.compactMap { $0.imageID }.first.map { "image \($0.short)" }
            ?? "an image without name"
    }
}

/// An image for one platform.
public struct ImageVariant: Sendable, Equatable {
    /// What it runs on; nil where it does not say.
    public let platform: ImagePlatform?
    /// The image's ID: the digest of its configuration. nil where the archive lists the variant without holding
    /// it, as `docker save` does with the platforms that were never pulled.
    public let imageID: ContentDigest?
    /// The digest of its manifest.
    public let manifestDigest: ContentDigest
    /// Its layers, the lowest first.
    public let layers: [ImageLayer]

    let manifest: Blob
    let configuration: Blob?

    /// Whether the archive lists it without holding it.
    public var isAbsent: Bool { configuration == nil }

    /// Whether a node holds all of its layers.
    public func isHeld(by content: PresentContent) -> Bool { layers.allSatisfy(content.holds) }
}

/// A layer of an image.
public struct ImageLayer: Sendable, Equatable {
    /// The digest of its blob.
    public let digest: ContentDigest
    /// The size of its blob in bytes.
    public let size: Int64
    /// The digest of its uncompressed content.
    public let diffID: ContentDigest
    /// The name of the unpacked layer, with all below it.
    public let chainID: ContentDigest

    /// Where it is in the archive; nil where it is not.
    let location: Location?

    /// Whether the archive holds it.
    public var isPresent: Bool { location != nil }
}

/// A piece of the archive.
struct Location: Sendable, Equatable {
    var offset: Int64
    var size: Int64
}

/// A small blob that goes with an image.
struct Blob: Sendable, Equatable {
    var mediaType: String
    var digest: ContentDigest
    var bytes: [UInt8]
}

internal import FoundationEssentials

// The documents in archives of images, as far as they matter here.
// OCI: https://github.com/opencontainers/image-spec; docker save: https://github.com/moby/docker-image-spec.

/// An entry of `manifest.json`, as `docker save` writes it.
struct SavedImage: Decodable {
    var configuration: String
    var names: [String]?
    var layers: [String]?

    enum CodingKeys: String, CodingKey {
        case configuration = "Config"
        case names = "RepoTags"
        case layers = "Layers"
    }
}

/// A reference to a blob.
struct Descriptor: Decodable {
    struct Platform: Decodable {
        var os: String?
        var architecture: String?
        var variant: String?
    }

    var mediaType: String?
    var digest: String
    var size: Int64
    var platform: Platform?
    var annotations: [String: String]?
}

/// `index.json`, or an index below it.
struct ImageIndex: Decodable {
    var manifests: [Descriptor]
}

/// The manifest of an image.
struct ImageManifest: Decodable {
    var config: Descriptor
    var layers: [Descriptor]
}

/// The configuration of an image.
struct ImageConfiguration: Decodable {
    struct RootFS: Decodable {
        var diffIDs: [String]?

        enum CodingKeys: String, CodingKey {
            case diffIDs = "diff_ids"
        }
    }

    var os: String?
    var architecture: String?
    var variant: String?
    var rootfs: RootFS

    var platform: ImagePlatform? {
        guard let os, let architecture, !os.isEmpty, !architecture.isEmpty else { return nil }
        return ImagePlatform(os: os, architecture: architecture, variant: variant)
    }
}

/// Media types.
enum MediaType {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerConfiguration = "application/vnd.docker.container.image.v1+json"
    static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
    static let layer = "application/vnd.oci.image.layer.v1.tar"
}

/// JSON with exactly the members and the order that are given.
enum JSONText {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func descriptor(_ mediaType: String, _ digest: ContentDigest, _ size: Int64) -> String {
        #"{"mediaType":\#(quoted(mediaType)),"digest":"\#(digest)","size":\#(size)}"#
    }
}

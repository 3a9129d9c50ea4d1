internal import Foundation

/// Images from which archives of each format are made.
struct SampleImage {
    var name: String? = "docker.io/library/sample:v1"
    var layers: [[UInt8]] = [TarBytes.layer("a", seed: 1), TarBytes.layer("b", seed: 2)]
    var os = "linux"
    var architecture = "amd64"
    var variant: String?
    /// The media types of the layers, where they are packed.
    var layerTypes: [Int: String] = [:]
    /// What the configuration calls the layers, where that is not the truth.
    var diffIDs: [String]?

    var configuration: [UInt8] {
        let ids = (diffIDs ?? layers.map(digest)).map { "\"\($0)\"" }.joined(separator: ",")
        let variant = variant.map { #","variant":"\#($0)""# } ?? ""
        return Array(
            #"{"architecture":"\#(architecture)","os":"\#(os)"\#(variant),"config":{},"rootfs":{"type":"layers","diff_ids":[\#(ids)]}}"#
                .utf8)
    }

    var id: String { digest(configuration) }

    var manifest: [UInt8] {
        let list = layers.enumerated().map { number, layer in
            descriptor(layerTypes[number] ?? "application/vnd.oci.image.layer.v1.tar", layer)
        }
        return Array(
            (#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":"#
                + descriptor("application/vnd.oci.image.config.v1+json", configuration)
                + #","layers":["# + list.joined(separator: ",") + "]}").utf8)
    }

    var platform: String {
        #"{"os":"\#(os)","architecture":"\#(architecture)"\#(variant.map { #","variant":"\#($0)""# } ?? "")}"#
    }
}

func descriptor(_ type: String, _ bytes: [UInt8], _ rest: String = "") -> String {
    #"{"mediaType":"\#(type)","digest":"\#(digest(bytes))","size":\#(bytes.count)\#(rest)}"#
}

let indexType = "application/vnd.oci.image.index.v1+json"
let manifestType = "application/vnd.oci.image.manifest.v1+json"

/// As `docker save` before version 25 writes it.
func legacyArchive(_ images: [SampleImage]) -> TarBytes {
    var tar = TarBytes()
    var entries: [String] = []
    var written: [String: String] = [:]
    for image in images {
        var names: [String] = []
        for (number, layer) in image.layers.enumerated() {
            let directory = hex(Array("\(image.id)\(number)".utf8))
            tar.add(directory + "/", [], type: "5")
            tar.add(directory + "/VERSION", "1.0")
            if let first = written[hex(layer)] {
                tar.link(directory + "/layer.tar", to: "../\(first)/layer.tar")
            } else {
                tar.add(directory + "/layer.tar", layer)
                written[hex(layer)] = directory
            }
            names.append("\"\(directory)/layer.tar\"")
        }
        let configuration = hex(image.configuration) + ".json"
        tar.add(configuration, image.configuration)
        // docker save shortens the names that docker knows.
        let short = image.name.map { $0.replacing("docker.io/library/", with: "") }
        entries.append(
            #"{"Config":"\#(configuration)","RepoTags":\#(short.map { "[\"\($0)\"]" } ?? "null"),"Layers":[\#(names.joined(separator: ","))]}"#
        )
    }
    tar.add("manifest.json", "[" + entries.joined(separator: ",") + "]")
    tar.add("repositories", "{}")
    return tar
}

/// An OCI layout, with the blobs but without an end.
struct LayoutArchive {
    var tar = TarBytes()
    private var written: Set<String> = []

    init() { tar.add("oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#) }

    mutating func add(blob: [UInt8]) {
        if written.insert(hex(blob)).inserted { tar.add("blobs/sha256/" + hex(blob), blob) }
    }

    mutating func add(_ image: SampleImage, layers: Bool = true) {
        if layers { for layer in image.layers { add(blob: layer) } }
        add(blob: image.configuration)
        add(blob: image.manifest)
    }

    mutating func index(_ entries: [String]) {
        tar.add("index.json", #"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#)
    }

    static func of(_ images: [SampleImage]) -> TarBytes {
        var archive = LayoutArchive()
        for image in images { archive.add(image) }
        archive.index(
            images.map { image in
                descriptor(
                    manifestType, image.manifest,
                    image.name.map { #","annotations":{"io.containerd.image.name":"\#($0)"}"# } ?? "")
            })
        return archive.tar
    }
}

import Foundation
import Testing

@testable import ImageArchives

/// Everything that a transfer gives.
func content(of transfer: ImageTransfer) throws -> [UInt8] {
    var transfer = transfer
    var bytes: [UInt8] = []
    while let chunk = try transfer.next() {
        #expect(!chunk.isEmpty && chunk.count <= ImageTransfer.chunkSize)
        bytes += chunk
    }
    #expect(Int64(bytes.count) == transfer.size)
    return bytes
}

let amd64 = ImagePlatform(os: "linux", architecture: "amd64")
let arm64 = ImagePlatform(os: "linux", architecture: "arm64")

@Suite struct FormatTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func open(_ bytes: [UInt8]) async throws -> ImageArchive {
        try await ImageArchive.open(try directory.write(bytes), spoolDirectory: directory.path)
    }

    @Test func dockerSaveBeforeVersion25() async throws {
        let image = SampleImage()
        let archive = try await open(legacyArchive([image]).ended)
        #expect(archive.images.map(\.names) == [["docker.io/library/sample:v1"]])
        let variant = try #require(archive.images.first?.variant(for: amd64))
        #expect(variant.imageID?.description == image.id)
        #expect(variant.platform == amd64)
        #expect(variant.layers.map(\.digest.description) == image.layers.map(digest))
        #expect(variant.layers.map(\.size) == image.layers.map { Int64($0.count) })
        let sent = try files(in: try content(of: archive.transfer(platform: amd64)))
        #expect(sent.prefix(2).map(\.content) == image.layers)
        #expect(sent.map(\.name).suffix(2) == ["index.json", "oci-layout"])
        #expect(sent.contains { $0.content == image.configuration })
        for file in sent where file.name.hasPrefix("blobs/") {
            #expect(file.name == "blobs/sha256/" + hex(file.content))
        }
    }
}

import Foundation
import TestSupport
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

    @Test func anOCILayoutMayBeADirectory() async throws {
        let tar = try directory.write(LayoutArchive.of([SampleImage()]).ended)
        let layout = directory.path + "/layout"
        try FileManager.default.createDirectory(atPath: layout, withIntermediateDirectories: true)
        try Command.require("tar", "--extract", "--file", tar, "--directory", layout)
        let archive = try await ImageArchive.open(layout, spoolDirectory: directory.path)
        #expect(archive.images.map(\.names) == [["docker.io/library/sample:v1"]])
        #expect(try files(in: try content(of: archive.transfer(platform: amd64))).last?.name == "oci-layout")
    }

    /// Of an image with many layers the receiver keeps the manifest alone.
    @Test func whatIsSentIsTaken() async throws {
        let image = SampleImage(layers: (0..<100).map { TarBytes.layer("file-\($0)", seed: UInt8($0)) })
        let archive = try await open(LayoutArchive.of([image]).ended)
        var inspector = TransferInspector()
        try inspector.take(try content(of: archive.transfer(platform: amd64)))
        #expect(try inspector.images().map(\.name) == ["docker.io/library/sample:v1"])
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
        #expect(sent.dropFirst().prefix(2).map(\.content) == image.layers)
        #expect(sent.first?.name == "index.json" && sent.last?.name == "oci-layout")
        #expect(sent.contains { $0.content == image.configuration })
        for file in sent where file.name.hasPrefix("blobs/") {
            #expect(file.name == "blobs/sha256/" + hex(file.content))
        }
    }

    /// The manifest that is made for an old archive has what containerd's own import gives it.
    @Test func manifestOfAnOldArchiveIsTheOneThatContainerdMakes() async throws {
        let image = SampleImage()
        let archive = try await open(legacyArchive([image]).ended)
        let sent = try files(in: try content(of: archive.transfer(platform: amd64)))
        let manifest = try #require(
            sent.first { $0.name.hasSuffix(archive.images[0].variants[0].manifestDigest.hex) })
        let layers = image.layers.map { descriptor("application/vnd.docker.image.rootfs.diff.tar", $0) }
        #expect(
            String(decoding: manifest.content, as: UTF8.self)
                == #"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":"#
                + descriptor("application/vnd.docker.container.image.v1+json", image.configuration)
                + #","layers":[\#(layers.joined(separator: ","))]}"#)
    }

    @Test func layersThatTwoImagesShareAreSentOnce() async throws {
        let one = SampleImage()
        let two = SampleImage(name: "other:v2", layers: [one.layers[0], TarBytes.layer("c", seed: 3)])
        let archive = try await open(legacyArchive([one, two]).ended)
        #expect(
            archive.images.map(\.names) == [["docker.io/library/sample:v1"], ["docker.io/library/other:v2"]])
        let sent = try files(in: try content(of: archive.transfer(platform: amd64)))
        let blobs = sent.filter { $0.name.hasPrefix("blobs/") }
        #expect(Set(blobs.map(\.name)).count == blobs.count)
        #expect(blobs.count == 3 + 2 + 2)
        // One of them alone.
        let chosen = try archive.images(named: ["other:v2"])
        let transfer = try archive.transfer(images: chosen, platform: amd64)
        #expect(transfer.images.map(\.names) == [["docker.io/library/other:v2"]])
        #expect(transfer.layerCount == 2)
    }

    @Test func layersMayBeHardLinks() async throws {
        let image = SampleImage(layers: [TarBytes.layer("a")])
        var tar = TarBytes()
        tar.add("x/layer.tar", image.layers[0])
        tar.link("y/layer.tar", to: "x/layer.tar", type: "1")
        tar.add("c.json", image.configuration)
        tar.add("manifest.json", #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["y/layer.tar"]}]"#)
        let archive = try await open(tar.ended)
        #expect(try archive.transfer(platform: amd64).layerCount == 1)
    }

    @Test func dockerSaveOfAnIDHasNoNames() async throws {
        let archive = try await open(legacyArchive([SampleImage(name: nil)]).ended)
        #expect(archive.images.map(\.names) == [[]])
        let transfer = try archive.transfer(platform: amd64)
        // Something has to hold it in containerd.
        #expect(
            transfer.images[0].names == ["docker.io/library/imported@\(transfer.images[0].manifestDigest)"])
        let id = SampleImage().id
        #expect(try archive.images(named: [id]).count == 1)
        #expect(try archive.images(named: [String(id.dropFirst(7).prefix(12))]).count == 1)
    }

    @Test func archivesOfGoToolsHavePackedLayers() async throws {
        let plain = TarBytes.layer("a")
        let packed = try gzip(plain)
        let image = SampleImage(layers: [plain])
        var tar = TarBytes()
        tar.add(digest(image.configuration), image.configuration)
        tar.add(hex(packed) + ".tar.gz", packed)
        tar.add(
            "manifest.json",
            #"[{"Config":"\#(image.id)","RepoTags":["ko.local/x:1"],"Layers":["\#(hex(packed)).tar.gz"]}]"#)
        let archive = try await open(tar.ended)
        let layer = archive.images[0].variants[0].layers[0]
        #expect(layer.digest.description == digest(packed))
        #expect(layer.diffID.description == digest(plain))
        let sent = try files(in: try content(of: archive.transfer(platform: amd64)))
        #expect(sent[1].content == packed)
        #expect(
            sent.contains { String(decoding: $0.content, as: UTF8.self).contains("rootfs.diff.tar.gzip") })
    }

    @Test func dockerSaveFromVersion25IsAnOCILayout() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image)
        // Two names of one image are two entries.
        archive.index(
            ["docker.io/library/a:1", "docker.io/library/b:1"].map {
                descriptor(
                    manifestType, image.manifest, #","annotations":{"io.containerd.image.name":"\#($0)"}"#)
            })
        archive.tar.add(
            "manifest.json",
            #"[{"Config":"blobs/sha256/\#(hex(image.configuration))","RepoTags":["a:1","b:1"],"Layers":[]}]"#)
        let opened = try await open(archive.tar.ended)
        #expect(opened.images.map(\.names) == [["docker.io/library/a:1", "docker.io/library/b:1"]])
        let sent = try files(in: try content(of: opened.transfer(platform: amd64)))
        // The manifest is sent as it is, so that its digest stays.
        #expect(sent.contains { $0.content == image.manifest })
        let index = try #require(sent.first { $0.name == "index.json" })
        let text = String(decoding: index.content, as: UTF8.self)
        #expect(text.contains("docker.io/library/a:1") && text.contains("docker.io/library/b:1"))
    }

    @Test func namesOnlyInManifestJSONAreFound() async throws {
        let image = SampleImage(name: nil)
        var tar = LayoutArchive.of([image])
        tar.add(
            "manifest.json",
            #"[{"Config":"blobs/sha256/\#(hex(image.configuration))","RepoTags":["a:1"],"Layers":[]}]"#)
        #expect(try await open(tar.ended).images.map(\.names) == [["docker.io/library/a:1"]])
    }

    @Test(arguments: [
        ("docker.io/library/x:1", ["docker.io/library/x:1"]), ("localhost/x:1", ["localhost/x:1"]),
        ("1.0", []),
    ]) func namesFromRefName(_ reference: String, _ names: [String]) async throws {
        let image = SampleImage(name: nil)
        var archive = LayoutArchive()
        archive.add(image)
        archive.index([
            descriptor(
                manifestType, image.manifest,
                #","annotations":{"org.opencontainers.image.ref.name":"\#(reference)"}"#)
        ])
        #expect(try await open(archive.tar.ended).images.map(\.names) == [names])
    }

    /// kind#3795: `docker save` of an image from a registry lists all platforms, and holds what was pulled.
    @Test func onlyThePlatformOfTheNodesIsTaken() async throws {
        let ours = SampleImage()
        let others = SampleImage(layers: [TarBytes.layer("arm", seed: 9)], architecture: "arm64")
        let attestation = SampleImage(layers: [TarBytes.layer("attestation", seed: 10)], os: "unknown")
        let nested =
            #"{"schemaVersion":2,"mediaType":"\#(indexType)","manifests":["#
            + [
                descriptor(manifestType, others.manifest, #","platform":\#(others.platform)"#),
                descriptor(manifestType, ours.manifest, #","platform":\#(ours.platform)"#),
                descriptor(
                    manifestType, attestation.manifest,
                    #","platform":{"os":"unknown","architecture":"unknown"},"annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#
                ),
            ].joined(separator: ",") + "]}"
        var archive = LayoutArchive()
        archive.add(ours)
        archive.add(blob: Array(nested.utf8))
        archive.index([
            descriptor(indexType, Array(nested.utf8), #","annotations":{"io.containerd.image.name":"x:1"}"#)
        ])
        let opened = try await open(archive.tar.ended)
        #expect(opened.images.count == 1)
        #expect(opened.images[0].variants.map(\.platform) == [arm64, amd64])
        #expect(opened.images[0].variants.map(\.isAbsent) == [true, false])
        let transfer = try opened.transfer(platform: amd64)
        #expect(transfer.images.map(\.id.description) == [ours.id])
        // The only one that is there.
        #expect(try opened.transfer(platform: nil).images.map(\.id.description) == [ours.id])
        let error = try #require(throws: ImageArchiveError.self) { try opened.transfer(platform: arm64) }
        #expect(error.kind == .missingContent && error.cure.contains("--platform linux/arm64"))
        let riscv = ImagePlatform(os: "linux", architecture: "riscv64")
        #expect(
            throws: ImageArchiveError(
                .noSuchPlatform, path: opened.path,
                problem:
                    "docker.io/library/x:1 is for linux/arm64 (listed only), linux/amd64, and the nodes are linux/riscv64",
                cure: "pull or build it for the nodes: `docker pull --platform linux/riscv64 IMAGE`")
        ) { try opened.transfer(platform: riscv) }
    }

    @Test func platformsSideBySideUnderOneNameAreOneImage() async throws {
        let ours = SampleImage()
        let others = SampleImage(layers: [TarBytes.layer("arm", seed: 9)], architecture: "arm64")
        let opened = try await open(LayoutArchive.of([others, ours]).ended)
        #expect(opened.images.count == 1)
        #expect(try opened.transfer(platform: amd64).images.map(\.id.description) == [ours.id])
        #expect(try opened.transfer(platform: arm64).images.map(\.id.description) == [others.id])
    }

    @Test func signaturesAndOtherArtifactsAreNoImages() async throws {
        let image = SampleImage()
        let artifact = Array(
            (#"{"schemaVersion":2,"mediaType":"\#(manifestType)","config":"#
                + descriptor("application/vnd.cncf.helm.config.v1+json", Array("{}".utf8)) + #","layers":[]}"#)
                .utf8)
        var archive = LayoutArchive()
        archive.add(image)
        archive.add(blob: Array("{}".utf8))
        archive.add(blob: artifact)
        archive.index([
            descriptor(manifestType, artifact, #","annotations":{"io.containerd.image.name":"chart:1"}"#),
            descriptor(manifestType, image.manifest, #","annotations":{"io.containerd.image.name":"x:1"}"#),
        ])
        #expect(try await open(archive.tar.ended).images.map(\.names) == [["docker.io/library/x:1"]])
    }

    // MARK: - What need not be sent

    @Test func layersThatEveryNodeHoldsAreLeftOut() async throws {
        let image = SampleImage()
        let archive = try await open(legacyArchive([image]).ended)
        let layers = archive.images[0].variants[0].layers
        let first = PresentContent(blobs: [layers[0].digest])
        let firstUnpacked = PresentContent(chains: [layers[0].chainID])
        // On one node as a blob, on the other unpacked.
        let transfer = try archive.transfer(platform: amd64, without: [first, firstUnpacked])
        #expect(transfer.skippedBytes == layers[0].size && transfer.skippedLayerCount == 1)
        let sent = try files(in: try content(of: transfer)).map(\.name)
        #expect(!sent.contains("blobs/sha256/" + layers[0].digest.hex))
        #expect(sent.contains("blobs/sha256/" + layers[1].digest.hex))
        // Not on all of them.
        #expect(try archive.transfer(platform: amd64, without: [first, PresentContent()]).skippedBytes == 0)
        // The digest of a layer is no chain ID, but for the lowest.
        let wrong = PresentContent(chains: [layers[0].diffID, layers[1].diffID])
        #expect(try archive.transfer(platform: amd64, without: [wrong]).skippedLayerCount == 1)
        #expect(
            layers[1].chainID.description == digest(Array("\(layers[0].diffID) \(layers[1].diffID)".utf8)))
    }

    @Test func aLayerThatIsUnpackedElsewhereInTheStackIsSent() async throws {
        let one = SampleImage()
        // The same layers the other way round: other chain IDs.
        let two = SampleImage(name: "two:1", layers: one.layers.reversed())
        let archive = try await open(legacyArchive([one, two]).ended)
        let present = PresentContent(chains: Set(archive.images[0].variants[0].layers.map(\.chainID)))
        #expect(archive.images[0].variants[0].isHeld(by: present))
        #expect(!archive.images[1].variants[0].isHeld(by: present))
        let transfer = try archive.transfer(platform: amd64, without: [present])
        #expect(transfer.layerCount == 2 && transfer.skippedBytes == 0)
    }

    @Test func missingLayersThatNobodyNeedsAreNoError() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image, layers: false)
        archive.index([
            descriptor(manifestType, image.manifest, #","annotations":{"io.containerd.image.name":"x:1"}"#)
        ])
        let opened = try await open(archive.tar.ended)
        let error = try #require(throws: ImageArchiveError.self) { try opened.transfer(platform: amd64) }
        #expect(error.kind == .missingContent)
        let all = PresentContent(blobs: Set(opened.images[0].variants[0].layers.map(\.digest)))
        #expect(try opened.transfer(platform: amd64, without: [all]).layerCount == 0)
    }

    @Test func chunksAreBounded() async throws {
        let image = SampleImage(layers: [TarBytes.layer("large", size: 3_500_000)])
        let archive = try await open(legacyArchive([image]).ended)
        let transfer = try archive.transfer(platform: amd64)
        #expect(transfer.size > 3_500_000)
        #expect(try files(in: try content(of: transfer))[1].content == image.layers[0])
    }

    @Test func namesCanBeChanged() async throws {
        let archive = try await open(legacyArchive([SampleImage()]).ended)
        var image = archive.images[0]
        image.names = ["registry.example:5000/a/b:c"]
        let sent = try files(in: try content(of: archive.transfer(images: [image], platform: amd64)))
        let index = try #require(sent.first { $0.name == "index.json" })
        #expect(String(decoding: index.content, as: UTF8.self).contains("\"registry.example:5000/a/b:c\""))
    }

    // MARK: - Tar

    @Test func longNames() async throws {
        let image = SampleImage(layers: [TarBytes.layer("a")])
        let long = String(repeating: "d/", count: 80) + "layer.tar"
        let manifest = #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["\#(long)"]}]"#
        let record = " path=\(long)\n"
        let ways: [(inout TarBytes) -> Void] = [
            { tar in
                tar.add("././@LongLink", Array(long.utf8) + [0], type: "L")
                tar.add(String(long.prefix(100)), image.layers[0])
            },
            { tar in
                // Three digits, and the record's length counts them.
                tar.add("PaxHeaders/x", "\(record.utf8.count + 3)\(record)", type: "x")
                tar.add("layer.tar", image.layers[0])
            },
            { tar in tar.add("layer.tar", image.layers[0], prefix: String(long.dropLast("/layer.tar".count)))
            },
        ]
        for way in ways.prefix(2) {
            var tar = TarBytes()
            way(&tar)
            tar.add("./c.json", image.configuration)
            tar.add(".//manifest.json", manifest)
            #expect(try await open(tar.ended).images.count == 1)
        }
        var tar = TarBytes()
        let short = String(repeating: "d/", count: 60) + "layer.tar"
        tar.add("layer.tar", image.layers[0], prefix: String(short.dropLast("/layer.tar".count)))
        tar.add("c.json", image.configuration)
        tar.add("manifest.json", manifest.replacing(long, with: short))
        #expect(try await open(tar.ended).images.count == 1)
    }

    @Test func anArchiveWithoutItsEndMarkIsRead() async throws {
        #expect(try await open(legacyArchive([SampleImage()]).bytes).images.count == 1)
    }

    @Test func theLastEntryOfANameCounts() async throws {
        var tar = TarBytes()
        tar.add("manifest.json", "[]")
        tar.bytes += legacyArchive([SampleImage()]).bytes
        #expect(try await open(tar.ended).images.count == 1)
    }

    // MARK: - Packed archives

    @Test(arguments: ["gzip", "zstd", "xz", "bzip2"]) func packedArchives(_ program: String) async throws {
        let plain = try directory.write(legacyArchive([SampleImage()]).ended)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)") else { return }
        try run("/usr/bin/\(program)", ["-k", plain])
        let packed = try #require(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).first { $0 != "archive.tar" })
        let archive = try await ImageArchive.open(
            directory.path + "/" + packed, spoolDirectory: directory.path)
        #expect(archive.images.count == 1)
        // The file that it was unpacked into has no name.
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 2)
        _ = try content(of: archive.transfer(platform: amd64))
    }

    @Test func pipes() async throws {
        let path = try directory.write(legacyArchive([SampleImage()]).ended)
        let pipe = directory.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "gzip -c \(path) > \(pipe)"]
        try process.run()
        #expect(try await ImageArchive.open(pipe, spoolDirectory: directory.path).images.count == 1)
        process.waitUntilExit()
    }

    // MARK: - For Docker engines

    /// The list that `docker load` of every engine reads, of what has an OCI layout alone.
    @Test func anOCILayoutBecomesWhatEveryDockerReads() async throws {
        var image = SampleImage()
        image.diffIDs = image.layers.map(digest)
        let plain = try directory.write(image.layers[0], as: "layer")
        try run("/usr/bin/zstd", ["-q", plain])
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: plain + ".zst")))
        image.layers[0] = packed
        image.layerTypes[0] = "application/vnd.oci.image.layer.v1.tar+zstd"
        let archive = try await open(LayoutArchive.of([image]).ended)
        #expect(!archive.isDockerArchive)
        let sent = try files(
            in: try content(of: archive.transferToDocker(archive.images[0], platform: amd64)))
        #expect(sent.map(\.name).last == "manifest.json")
        let list = String(decoding: try #require(sent.last).content, as: UTF8.self)
        #expect(
            list
                == #"[{"Config":"blobs/sha256/\#(hex(image.configuration))","RepoTags":["docker.io/library/sample:v1"],"Layers":["blobs/sha256/\#(hex(packed))","blobs/sha256/\#(hex(image.layers[1]))"]}]"#
        )
        #expect(!sent.contains { $0.name == "oci-layout" || $0.name == "index.json" })
        // What comes of it is an archive again, of the same image.
        let again = try await open(
            try content(of: archive.transferToDocker(archive.images[0], platform: amd64)))
        #expect(again.isDockerArchive)
        #expect(again.images.map(\.names) == archive.images.map(\.names))
        #expect(again.images[0].variants[0].imageID == archive.images[0].variants[0].imageID)
    }

    @Test func attestationsAreNotSentToDocker() async throws {
        var archive = LayoutArchive()
        let image = SampleImage()
        archive.add(image)
        let proof = SampleImage(layers: [Array("{}".utf8)], os: "unknown", architecture: "unknown")
        archive.add(proof)
        let index = Array(
            (#"{"schemaVersion":2,"mediaType":"\#(indexType)","manifests":["#
                + descriptor(manifestType, image.manifest, #","platform":\#(image.platform)"#) + ","
                + descriptor(
                    manifestType, proof.manifest,
                    #","platform":\#(proof.platform),"annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#
                )
                + "]}").utf8)
        archive.add(blob: index)
        archive.index([
            descriptor(
                indexType, index,
                #","annotations":{"io.containerd.image.name":"docker.io/library/sample:v1"}"#)
        ])
        let opened = try await open(archive.tar.ended)
        #expect(opened.images[0].digest?.description == digest(index))
        let sent = try files(in: try content(of: opened.transferToDocker(opened.images[0], platform: amd64)))
        #expect(sent.count == image.layers.count + 2)
    }

    // MARK: - Digests

    @Test func anImageIsFoundByTheDigestOfItsRegistry() async throws {
        let image = SampleImage()
        let archive = try await open(LayoutArchive.of([image]).ended)
        let name = "sample:v1@" + digest(image.manifest)
        let found = try archive.images(named: [name])
        // By this name the kubelet looks for it.
        #expect(found.map(\.names) == [["docker.io/library/sample@" + digest(image.manifest)]])
        let other = "sample:v1@" + digest(image.configuration + [0])
        #expect(throws: ImageArchiveError.self) { try archive.images(named: [other]) }
    }

    /// `docker save app@sha256:...` forgets the name; the engine has told the image's ID before.
    @Test func whatDockerSavesByDigestIsFoundByItsID() async throws {
        var image = SampleImage()
        image.name = nil
        let archive = try await open(legacyArchive([image]).ended)
        let name = "app@sha256:" + String(repeating: "5", count: 64)
        #expect(throws: ImageArchiveError.self) { try archive.images(named: [name]) }
        let found = try archive.images(
            named: [name], identifiers: [name: try #require(ContentDigest(image.id))])
        #expect(found.map(\.names) == [["docker.io/library/" + name]])
    }

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = try directory.write(bytes, as: "plain")
        try run("/bin/gzip", ["-nf", path])
        return Array(try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = try Process.run(URL(fileURLWithPath: program), arguments: arguments)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

import Foundation
import Testing

@testable import ImageArchives

/// Archives that are broken, hostile, or something else: each is refused with a reason, and none brings the
/// process down.
@Suite struct BrokenArchiveTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    func kind(of bytes: [UInt8], transfer: Bool = false) async throws -> ImageArchiveError.Kind? {
        do {
            let archive = try await ImageArchive.open(
                try directory.write(bytes), spoolDirectory: directory.path, spoolLimit: 1 << 30)
            if transfer {
                var transfer = try archive.transfer(platform: amd64)
                while try transfer.next() != nil {}
            }
            return nil
        } catch let error as ImageArchiveError {
            #expect(!error.problem.isEmpty && !error.cure.isEmpty)
            return error.kind
        }
    }

    @Test func filesThatAreNoArchives() async throws {
        #expect(try await kind(of: Array("hello, world\n".utf8)) == .notAnArchive)
        #expect(try await kind(of: [UInt8](repeating: 65, count: 10_000)) == .notAnArchive)
        #expect(try await kind(of: []) == .truncated)
        #expect(try await kind(of: [UInt8](repeating: 0, count: 10240)) == .notAnImage)
        #expect(try await kind(of: TarBytes.layer("etc/passwd")) == .notAnImage)
        #expect(try await kind(of: [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6]) == .cannotUnpack)
    }

    @Test func filesThatAreNotThere() async throws {
        for (path, kind) in [
            (directory.path + "/none", ImageArchiveError.Kind.unreadable), (directory.path, .notAnImage),
        ] {
            let error = await #expect(throws: ImageArchiveError.self) { try await ImageArchive.open(path) }
            #expect(error?.kind == kind)
        }
    }

    /// Cut anywhere, an archive is refused, or is still whole as far as it matters.
    @Test func truncatedArchives() async throws {
        for whole in [legacyArchive([SampleImage()]).ended, LayoutArchive.of([SampleImage()]).ended] {
            let before = try files(in: try await sent(whole))
            for length in stride(from: 1, to: whole.count, by: 509) {
                do {
                    let after = try files(in: try await sent(Array(whole.prefix(length))))
                    #expect(after.map(\.content) == before.map(\.content), "cut at \(length)")
                } catch let error as ImageArchiveError {
                    #expect(
                        [.truncated, .malformed, .notAnArchive].contains(error.kind),
                        "cut at \(length): \(error)")
                }
            }
        }
    }

    /// One byte changed anywhere: refused, or the images are what they were.
    @Test func damagedArchives() async throws {
        for whole in [legacyArchive([SampleImage()]).ended, LayoutArchive.of([SampleImage()]).ended] {
            let before = try files(in: try await sent(whole)).filter { $0.name.hasPrefix("blobs/") }
            for place in stride(from: 0, to: whole.count, by: 173) {
                var damaged = whole
                damaged[place] ^= UInt8(place % 255 + 1)
                do {
                    let after = try files(in: try await sent(damaged)).filter { $0.name.hasPrefix("blobs/") }
                    // Names of images, and fields that do not matter, may be others.
                    for file in after { #expect(file.name == "blobs/sha256/" + hex(file.content)) }
                    #expect(after.map(\.name).sorted() == before.map(\.name).sorted(), "byte \(place)")
                } catch is ImageArchiveError {}
            }
        }
    }

    private func sent(_ bytes: [UInt8]) async throws -> [UInt8] {
        let archive = try await ImageArchive.open(try directory.write(bytes), spoolDirectory: directory.path)
        return try content(of: archive.transfer(platform: amd64))
    }

    @Test func layersThatAreNotWhatTheConfigurationSays() async throws {
        let wrong = SampleImage(diffIDs: [digest(Array("x".utf8)), digest(Array("y".utf8))])
        #expect(try await kind(of: legacyArchive([wrong]).ended) == nil)
        #expect(try await kind(of: legacyArchive([wrong]).ended, transfer: true) == .wrongDigest)
        #expect(try await kind(of: LayoutArchive.of([wrong]).ended) == .malformed)
        let fewer = SampleImage(diffIDs: [digest(Array("x".utf8))])
        #expect(try await kind(of: legacyArchive([fewer]).ended) == .malformed)
        #expect(try await kind(of: LayoutArchive.of([fewer]).ended) == .malformed)
    }

    /// A transfer that failed gives the error again, and never an end.
    @Test func aFailedTransferStaysFailed() async throws {
        let wrong = SampleImage(diffIDs: [digest(Array("x".utf8)), digest(Array("y".utf8))])
        let archive = try await ImageArchive.open(try directory.write(legacyArchive([wrong]).ended))
        var transfer = try archive.transfer(platform: amd64)
        for _ in 0..<3 { #expect(throws: ImageArchiveError.self) { try transfer.next() } }
    }

    @Test func blobsThatAreNotWhatTheirDigestsSay() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image)
        archive.tar.add("blobs/sha256/" + hex(image.manifest), image.manifest.reversed())
        archive.index([descriptor(manifestType, image.manifest)])
        #expect(try await kind(of: archive.tar.ended) == .wrongDigest)

        var layout = LayoutArchive()
        layout.add(image)
        layout.tar.add("blobs/sha256/" + hex(image.layers[0]), image.layers[0].reversed())
        layout.index([descriptor(manifestType, image.manifest)])
        #expect(try await kind(of: layout.tar.ended, transfer: true) == .wrongDigest)

        var sizes = LayoutArchive()
        sizes.add(image)
        sizes.index([
            descriptor(manifestType, image.manifest).replacing(
                "\"size\":\(image.manifest.count)", with: "\"size\":3")
        ])
        #expect(try await kind(of: sizes.tar.ended) == .malformed)
    }

    @Test func configurationsUnderAnotherDigest() async throws {
        let image = SampleImage()
        var tar = TarBytes()
        tar.add("l.tar", image.layers[0])
        tar.add("m.tar", image.layers[1])
        let name = hex([1, 2, 3]) + ".json"
        tar.add(name, image.configuration)
        tar.add("manifest.json", #"[{"Config":"\#(name)","RepoTags":["a:b"],"Layers":["l.tar","m.tar"]}]"#)
        #expect(try await kind(of: tar.ended) == .wrongDigest)
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "a/../../b", "..", "loop/a", "out"])
    func pathsThatLeadOutOrInACircle(_ name: String) async throws {
        let image = SampleImage(layers: [TarBytes.layer("a")])
        var tar = TarBytes()
        // Such names as entries are passed over.
        tar.add("../../etc/passwd", image.layers[0])
        tar.add("/etc/passwd", image.layers[0])
        tar.link("loop/a", to: "b")
        tar.link("loop/b", to: "../loop/a")
        tar.link("out", to: "../../../etc/passwd")
        tar.add("c.json", image.configuration)
        tar.add("manifest.json", #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["\#(name)"]}]"#)
        #expect(try await kind(of: tar.ended) == .unsafePath)
    }

    @Test func linksToFilesOutsideAreNotFollowed() async throws {
        let image = SampleImage(layers: [TarBytes.layer("a")])
        let outside = try directory.write(image.layers[0], as: "layer.tar")
        var tar = TarBytes()
        tar.link("layer.tar", to: outside)
        tar.add("c.json", image.configuration)
        tar.add("manifest.json", #"[{"Config":"c.json","RepoTags":["a:b"],"Layers":["layer.tar"]}]"#)
        #expect(try await kind(of: tar.ended) == .unsafePath)
    }

    @Test(arguments: [
        "77777777777", "99999999999", "-0000000001", "\u{80}\u{7f}", "00000010000",
    ]) func sizesThatLie(_ field: String) async throws {
        var tar = TarBytes()
        tar.bytes += TarBytes.block("manifest.json", size: 0, sizeField: field)
        tar.bytes += [UInt8](repeating: 0, count: 512)
        let kind = try await kind(of: tar.ended)
        #expect([.truncated, .malformed, .notAnArchive].contains(kind), "\(String(describing: kind))")
    }

    @Test func hugeBinarySizes() async throws {
        for first: UInt8 in [0x80, 0xff, 0xc0] {
            var block = TarBytes.block("manifest.json", size: 0)
            block[124] = first
            for place in 125..<136 { block[place] = 0xff }
            let sum = block.enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
            }
            let text = String(sum, radix: 8)
            for (place, byte) in (String(repeating: "0", count: 6 - text.count) + text + "\0 ").utf8
                .enumerated()
            {
                block[148 + place] = byte
            }
            #expect(try await kind(of: block + [UInt8](repeating: 0, count: 1024)) == .notAnArchive)
        }
        var tar = TarBytes()
        tar.add("pax", "34 size=9223372036854775807999999\n", type: "x")
        tar.add("manifest.json", "[]")
        #expect(try await kind(of: tar.ended) == .malformed)
        tar = TarBytes()
        tar.add("pax", "28 size=9223372036854775807\n", type: "x")
        tar.add("manifest.json", "[]")
        #expect(try await kind(of: tar.ended) == .truncated)
    }

    @Test func documentsBeyondAnySense() async throws {
        var tar = TarBytes()
        tar.add("manifest.json", [UInt8](repeating: 32, count: 9 << 20))
        #expect(try await kind(of: tar.ended) == .tooLarge)
        tar = TarBytes()
        tar.add("manifest.json", String(repeating: "[", count: 1_000_000))
        #expect(try await kind(of: tar.ended) == .malformed)
        tar = TarBytes()
        tar.add("././@LongLink", [UInt8](repeating: 65, count: 2 << 20), type: "L")
        #expect(try await kind(of: tar.ended) == .tooLarge)
    }

    @Test(arguments: [
        "null", "{}", "[1]", #"[{"Config":3}]"#, #"[{"Config":"c.json","RepoTags":["a b"],"Layers":["l"]}]"#,
        "\u{1}",
        #"[{"Config":"","RepoTags":null,"Layers":null}]"#,
        #"[{"Config":"missing","RepoTags":null,"Layers":null}]"#,
    ]) func listsOfImagesThatAreNone(_ text: String) async throws {
        var tar = TarBytes()
        tar.add("l", TarBytes.layer("a"))
        tar.add("c.json", SampleImage(layers: [TarBytes.layer("a")]).configuration)
        tar.add("manifest.json", text)
        let kind = try await kind(of: tar.ended)
        #expect([.malformed, .missingContent, .unsafePath].contains(kind), "\(String(describing: kind))")
    }

    /// Indexes that contain each other cannot be made (their digests would), long chains can.
    @Test func indexesInIndexes() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image)
        var inner = descriptor(manifestType, image.manifest)
        for _ in 0..<20 {
            let index = Array(#"{"schemaVersion":2,"manifests":[\#(inner)]}"#.utf8)
            archive.add(blob: index)
            inner = descriptor(indexType, index)
        }
        archive.index([inner])
        #expect(try await kind(of: archive.tar.ended) == .tooLarge)
    }

    /// Wide at each level: ten indexes that name the same index ten times each, and so on.
    @Test func indexesThatGrowBeyondAllBounds() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image)
        var inner = descriptor(manifestType, image.manifest)
        for _ in 0..<7 {
            let index = Array(
                #"{"schemaVersion":2,"manifests":[\#([String](repeating: inner, count: 10).joined(separator: ","))]}"#
                    .utf8)
            archive.add(blob: index)
            inner = descriptor(indexType, index)
        }
        archive.index([inner])
        #expect(try await kind(of: archive.tar.ended) == .tooLarge)
    }

    @Test func documentsThatAreTwoThings() async throws {
        let image = SampleImage()
        let text = String(decoding: image.manifest, as: UTF8.self).dropLast() + #","manifests":[]}"#
        var archive = LayoutArchive()
        archive.add(image)
        archive.add(blob: Array(text.utf8))
        archive.index([descriptor(manifestType, Array(text.utf8))])
        #expect(try await kind(of: archive.tar.ended) == .malformed)
    }

    @Test func otherDigestsAndOldSchemas() async throws {
        let image = SampleImage()
        var archive = LayoutArchive()
        archive.add(image)
        archive.index([descriptor(manifestType, image.manifest).replacing("sha256:", with: "sha512:")])
        #expect(try await kind(of: archive.tar.ended) == .unsupported)
        let old = Array(#"{"schemaVersion":1,"fsLayers":[]}"#.utf8)
        archive = LayoutArchive()
        archive.add(blob: old)
        archive.index([descriptor("application/vnd.docker.distribution.manifest.v1+json", old)])
        #expect(try await kind(of: archive.tar.ended) == .unsupported)
        var tar = TarBytes()
        tar.add("repositories", "{}")
        #expect(try await kind(of: tar.ended) == .notAnImage)
    }

    /// What unpacks to much more than it is.
    @Test func archivesThatUnpackBeyondTheLimit() async throws {
        let process = Process()
        let path = directory.path + "/bomb.gz"
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "head -c 50M /dev/zero | gzip -1 > \(path)"]
        try process.run()
        process.waitUntilExit()
        let error = await #expect(throws: ImageArchiveError.self) {
            try await ImageArchive.open(path, spoolDirectory: directory.path, spoolLimit: 1 << 20)
        }
        #expect(error?.kind == .tooLarge)
        let nowhere = await #expect(throws: ImageArchiveError.self) {
            try await ImageArchive.open(path, spoolDirectory: "/proc/none")
        }
        #expect(nowhere?.kind == .cannotUnpack)
    }

    @Test func archivesWhoseEndIsMissingAfterPacking() async throws {
        let path = try directory.write(legacyArchive([SampleImage()]).ended)
        let process = try Process.run(URL(fileURLWithPath: "/bin/gzip"), arguments: [path])
        process.waitUntilExit()
        let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
        #expect(try await kind(of: Array(packed.dropLast(20))) == .cannotUnpack)
    }

    @Test func wantedImagesThatAreNotThere() async throws {
        let archive = try await ImageArchive.open(try directory.write(legacyArchive([SampleImage()]).ended))
        let error = #expect(throws: ImageArchiveError.self) { try archive.images(named: ["sample:v2"]) }
        #expect(error?.kind == .noSuchImage)
        #expect(error?.cure.contains("docker.io/library/sample:v1") ?? false)
        #expect(throws: ImageArchiveError.self) { try archive.images(named: [""]) }
    }
}

import Foundation
import KubernetesTestSupport
import Testing

@testable import ClusterClient

/// An archive of a cluster that is not to be trusted writes nothing outside of its directory, and nothing dangerous in it.
@Suite struct UnpackedFilesTests {
    /// An entry as tar writes it (ustar).
    private func entry(
        _ name: String, type: Character = "0", link: String = "", content: String = "", size: Int? = nil
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        put("0006777", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        let octal = String(size ?? content.utf8.count, radix: 8)
        put(String(repeating: "0", count: 11 - octal.count) + octal, at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar\u{0}00", at: 257)
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        let bytes = Array(content.utf8)
        return block + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    private let end = [UInt8](repeating: 0, count: 1024)

    /// Unpacks in pieces of an odd size.
    private func unpack(_ bytes: [UInt8], below folder: String, limit: Int64 = 1 << 20) throws
        -> UnpackedFiles
    {
        let files = try UnpackedFiles(below: folder, sizeLimit: limit)
        var rest = bytes[...]
        while !rest.isEmpty {
            try files.take(Array(rest.prefix(777)))
            rest = rest.dropFirst(777)
        }
        return files
    }

    @Test func filesAndDirectoriesAreWritten() async throws {
        try await withTemporaryDirectory { folder in
            let long = String(repeating: "d", count: 120)
            let bytes =
                entry("./", type: "5") + entry("./node/", type: "5")
                + entry("./node/kubelet.log", content: "line\n")
                + entry("././@LongLink", type: "L", content: "./node/\(long)\u{0}")
                + entry("./node/\(long.prefix(90))", content: "long") + entry("deep/er/file", content: "")
            let files = try unpack(bytes + end, below: folder)
            #expect(files.isComplete)
            #expect(files.leftOut == 0)
            #expect(try String(contentsOfFile: folder + "/node/kubelet.log", encoding: .utf8) == "line\n")
            #expect(try String(contentsOfFile: folder + "/node/" + long, encoding: .utf8) == "long")
            #expect(FileManager.default.fileExists(atPath: folder + "/deep/er/file"))
            // No set-user-ID, whatever the archive says.
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/node/kubelet.log")[
                .posixPermissions]
            #expect((mode as? Int ?? 0o7777) & 0o7133 == 0)
        }
    }

    @Test func nothingIsWrittenElsewhere() async throws {
        try await withTemporaryDirectory { outside in
            let folder = outside + "/logs"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try writeFile(outside + "/victim", "mine")
            let bytes =
                entry("../victim", content: "bad") + entry("/etc/kinkajou-victim", content: "bad")
                + entry("way", type: "2", link: "..") + entry("hard", type: "1", link: "../victim")
                + entry("device", type: "3") + entry("pipe", type: "6")
            let files = try unpack(bytes + end, below: folder)
            #expect(files.leftOut == 6)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            #expect(try String(contentsOfFile: outside + "/victim", encoding: .utf8) == "mine")
            #expect(!FileManager.default.fileExists(atPath: "/etc/kinkajou-victim"))
        }
    }

    @Test func linksThatAreThereAreNotFollowed() async throws {
        try await withTemporaryDirectory { outside in
            let folder = outside + "/logs"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try writeFile(outside + "/victim", "mine")
            try FileManager.default.createSymbolicLink(atPath: folder + "/way", withDestinationPath: "..")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/file", withDestinationPath: "../victim")
            _ = try unpack(entry("file", content: "bad") + end, below: folder)
            #expect(throws: (any Error).self) {
                _ = try unpack(entry("way/victim", content: "bad") + end, below: folder)
            }
            #expect(try String(contentsOfFile: outside + "/victim", encoding: .utf8) == "mine")
            #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "bad")
        }
    }

    @Test func thereIsABound() async throws {
        try await withTemporaryDirectory { folder in
            #expect(throws: (any Error).self) {
                _ = try unpack(entry("big", content: "", size: 2 << 20) + end, below: folder)
            }
            let half = try unpack(entry("half", content: "x"), below: folder)
            #expect(!half.isComplete)
        }
    }
}

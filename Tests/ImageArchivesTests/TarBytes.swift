internal import Crypto
internal import Foundation

/// A tar archive, written byte by byte. It shares no code with what is tested.
struct TarBytes {
    var bytes: [UInt8] = []

    static func block(
        _ name: String, size: Int, type: Character = "0", link: String = "", sizeField: String? = nil,
        prefix: String = ""
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(name, 0)
        put("0000644\0", 100)
        put("0000000\0", 108)
        put("0000000\0", 116)
        put(
            sizeField
                ?? (String(repeating: "0", count: 11 - String(size, radix: 8).count) + String(size, radix: 8)),
            124)
        put("14000000000", 136)
        put("        ", 148)
        put(String(type), 156)
        put(link, 157)
        put("ustar\u{0}00", 257)
        put(prefix, 345)
        let sum = block.reduce(0) { $0 + Int($1) }
        let octal = String(sum, radix: 8)
        put(String(repeating: "0", count: 6 - octal.count) + octal + "\0 ", 148)
        return block
    }

    mutating func add(_ name: String, _ content: [UInt8], type: Character = "0", prefix: String = "") {
        bytes += Self.block(name, size: content.count, type: type, prefix: prefix) + content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ name: String, _ text: String, type: Character = "0") {
        add(name, Array(text.utf8), type: type)
    }

    mutating func link(_ name: String, to target: String, type: Character = "2") {
        bytes += Self.block(name, size: 0, type: type, link: target)
    }

    mutating func end() { bytes += [UInt8](repeating: 0, count: 1024) }

    var ended: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

    /// A tar archive with one file in it: a layer.
    static func layer(_ name: String, size: Int = 5000, seed: UInt8 = 1) -> [UInt8] {
        var tar = TarBytes()
        let period = (0..<977).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed)) }
        tar.add(name, Array([[UInt8]](repeating: period, count: size / 977 + 1).joined().prefix(size)))
        return tar.ended
    }
}

/// The names and contents of the files in a tar archive, in order, by another reader than the one that is tested.
func files(in tar: [UInt8]) throws -> [(name: String, content: [UInt8])] {
    struct Broken: Error {}
    var result: [(name: String, content: [UInt8])] = []
    var offset = 0
    while offset + 512 <= tar.count, tar[offset] != 0 {
        let name = String(decoding: tar[offset..<(offset + 100)].prefix { $0 != 0 }, as: UTF8.self)
        let field = String(decoding: tar[(offset + 124)..<(offset + 135)], as: UTF8.self)
        guard let size = Int(field, radix: 8), offset + 512 + size <= tar.count else { throw Broken() }
        result.append((name, Array(tar[(offset + 512)..<(offset + 512 + size)])))
        offset += 512 + (size + 511) / 512 * 512
    }
    guard tar.count - offset == 1024, tar[offset...].allSatisfy({ $0 == 0 }) else { throw Broken() }
    return result
}

func hex(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func digest(_ bytes: [UInt8]) -> String { "sha256:" + hex(bytes) }

/// A directory that is removed with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/kj-archives-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], as name: String = "archive.tar") throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

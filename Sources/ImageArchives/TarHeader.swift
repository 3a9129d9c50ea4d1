/// A header block of a tar archive (POSIX.1-1988 ustar with GNU's extensions; tar(5)).
struct TarHeader: Equatable {
    static let blockSize = 512

    enum Problem: Error, Equatable {
        /// The checksum is wrong: this is no header.
        case checksum
        /// A field holds no number, or one beyond any size.
        case number
    }

    var name: String
    var size: Int64
    /// `0` or NUL is a file, `1` a hard link, `2` a symbolic link, `5` a directory, others in tar(5).
    var type: UInt8
    var linkName: String

    /// Reads a block; nil when it is empty, as the two at the end of an archive are.
    init?(_ block: some Collection<UInt8>) throws(Problem) {
        let block = Array(block)
        guard block.count == Self.blockSize else { throw .checksum }
        if block.allSatisfy({ $0 == 0 }) { return nil }
        var sum: Int64 = 0
        var signedSum: Int64 = 0
        for (index, byte) in block.enumerated() {
            let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            sum += Int64(byte)
            signedSum += Int64(Int8(bitPattern: byte))
        }
        let written = try? Self.number(block[148..<156])
        guard written == sum || written == signedSum else { throw .checksum }
        size = try Self.number(block[124..<136])
        type = block[156]
        linkName = Self.text(block[157..<257])
        name = Self.text(block[0..<100])
        // GNU's own format has other things where ustar has the prefix.
        if block[257..<263].elementsEqual("ustar\0".utf8) {
            let prefix = Self.text(block[345..<500])
            if !prefix.isEmpty { name = prefix + "/" + name }
        }
    }

    /// The block of a file that everybody may read, owned by root, with no time.
    static func file(_ name: String, size: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array(String(repeating: "0", count: max(0, digits - text.count)).utf8) + Array(text.utf8)
        }
        put(name.utf8.prefix(100), at: 0)
        put("0000444".utf8, at: 100)
        put("0000000".utf8, at: 108)
        put("0000000".utf8, at: 116)
        if size < 1 << 33 {
            put(octal(size, digits: 11), at: 124)
        } else {
            // GNU's way beyond 8 GiB.
            put((0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * Int64($0))) }, at: 128)
            block[124] = 0x80
        }
        put("00000000000".utf8, at: 136)
        put("        ".utf8, at: 148)
        block[156] = UInt8(ascii: "0")
        put("ustar\u{0}00".utf8, at: 257)
        put(octal(block.reduce(0) { $0 + Int64($1) }, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }

    /// The zeros that fill the last block of so many bytes.
    static func padding(_ size: Int64) -> Int { Int((512 - size % 512) % 512) }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or GNU's binary numbers.
    private static func number(_ field: ArraySlice<UInt8>) throws(Problem) -> Int64 {
        guard let first = field.first else { throw .number }
        if first & 0x80 != 0 {
            // The first bit is the mark; a second one would be a negative number.
            guard first == 0x80 else { throw .number }
            let bytes = field.dropFirst().drop { $0 == 0 }
            guard bytes.count < 8 else { throw .number }
            return bytes.reduce(0) { $0 << 8 | Int64($1) }
        }
        let digits = field.drop { $0 == UInt8(ascii: " ") }
            .prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        if digits.isEmpty { return 0 }
        guard digits.count <= 20, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }),
            let value = Int64(String(decoding: digits, as: UTF8.self), radix: 8)
        else { throw .number }
        return value
    }
}

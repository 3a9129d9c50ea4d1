/// The regular files and directories of a tar archive as it passes, piece by piece, for who unpacks it: never a link, a
/// device or a name that leads out of the archive, whatever the archive holds. Pure.
public struct TarStream: Sendable {
    /// What passes.
    public enum Item: Sendable, Equatable {
        /// A directory, by its path below the root: never absolute, and without `..`.
        case directory(String)
        /// The beginning of a file of so many bytes.
        case file(String, size: Int64)
        /// A piece of that file.
        case content([UInt8])
        /// The end of that file.
        case fileEnd
        /// Something else, which is left out: a link, a device, a name that leads elsewhere.
        case leftOut(String)
    }

    /// Why a stream is no archive that is unpacked.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    private enum State {
        case header
        case content(left: Int64, size: Int64)
        /// Of what is left out, or of an extended header.
        case other(left: Int64, size: Int64, type: UInt8?)
        case padding(Int)
        case end
    }

    /// Names and extended headers are a few hundred bytes.
    private static let extensionLimit: Int64 = 1 << 20

    private let sizeLimit: Int64
    private let entryLimit: Int
    private var state = State.header
    private var buffer: [UInt8] = []
    private var extended = TarExtension()
    private var size: Int64 = 0
    private var entries = 0

    /// A stream at its beginning.
    ///
    /// - Parameters:
    ///   - sizeLimit: How many bytes all files may have.
    ///   - entryLimit: How many entries there may be.
    public init(sizeLimit: Int64, entryLimit: Int = 100_000) {
        self.sizeLimit = sizeLimit
        self.entryLimit = entryLimit
    }

    /// Whether the archive's end has passed: without it, something is missing.
    public var isComplete: Bool {
        if case .end = state { true } else { false }
    }

    /// Takes bytes as they pass.
    public mutating func take(_ bytes: [UInt8]) throws(Problem) -> [Item] {
        var items: [Item] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .header:
                let piece = rest.prefix(TarHeader.blockSize - buffer.count)
                buffer += piece
                rest = rest.dropFirst(piece.count)
                if buffer.count == TarHeader.blockSize { try begin(&items) }
            case .content(let left, let size):
                let piece = rest.prefix(Int(clamping: left))
                items.append(.content(Array(piece)))
                rest = rest.dropFirst(piece.count)
                state = .content(left: left - Int64(piece.count), size: size)
                if left == Int64(piece.count) {
                    items.append(.fileEnd)
                    pad(size)
                }
            case .other(let left, let size, let type):
                let piece = rest.prefix(Int(clamping: left))
                if type != nil { buffer += piece }
                rest = rest.dropFirst(piece.count)
                state = .other(left: left - Int64(piece.count), size: size, type: type)
                if left == Int64(piece.count) { try finish(type, size: size) }
            case .padding(let left):
                let count = min(left, rest.count)
                rest = rest.dropFirst(count)
                state = count == left ? .header : .padding(left - count)
            case .end:
                return items
            }
        }
        return items
    }

    private mutating func begin(_ items: inout [Item]) throws(Problem) {
        let header: TarHeader?
        do {
            header = try TarHeader(buffer)
        } catch {
            throw Problem(description: "it is no tar archive")
        }
        buffer = []
        guard let header else {
            state = .end
            return
        }
        entries += 1
        guard entries <= entryLimit else {
            throw Problem(description: "it has more than \(entryLimit) entries")
        }
        switch header.type {
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "x"), UInt8(ascii: "g"):
            guard (0...Self.extensionLimit).contains(header.size) else {
                throw Problem(description: "a name in it has \(header.size) bytes")
            }
            skip(header.size, type: header.type)
            if header.size == 0 { try finish(header.type, size: 0) }
        default:
            try begin(header, &items)
            extended = TarExtension()
        }
    }

    /// Begins an entry that is no extended header.
    private mutating func begin(_ header: TarHeader, _ items: inout [Item]) throws(Problem) {
        let name = extended.name ?? header.name
        let isFile = [UInt8(ascii: "0"), 0, UInt8(ascii: "7")].contains(header.type) && !extended.isSparse
        let isDirectory = header.type == UInt8(ascii: "5") || isFile && name.hasSuffix("/")
        let hasContent = !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(header.type)
        let length = hasContent ? extended.size ?? header.size : 0
        let (total, overflow) = size.addingReportingOverflow(length)
        guard length >= 0, !overflow, total <= sizeLimit else {
            throw Problem(description: "its files have more than \(sizeLimit >> 20) MiB")
        }
        size = total
        guard let path = TarIndex.plain(name), isFile || isDirectory else {
            // The root itself is there already.
            if !(isDirectory && [".", "./"].contains(name)) { items.append(.leftOut(name)) }
            skip(length, type: nil)
            return
        }
        if isDirectory {
            items.append(.directory(path))
            skip(length, type: nil)
            return
        }
        items.append(.file(path, size: length))
        state = .content(left: length, size: length)
        if length == 0 {
            items.append(.fileEnd)
            pad(0)
        }
    }

    private mutating func skip(_ size: Int64, type: UInt8?) {
        state = .other(left: size, size: size, type: type)
        if size == 0, type == nil { pad(0) }
    }

    private mutating func finish(_ type: UInt8?, size: Int64) throws(Problem) {
        let text = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        switch type {
        case UInt8(ascii: "L"): extended.name = text
        case UInt8(ascii: "K"): extended.link = text
        case UInt8(ascii: "x"):
            do {
                try extended.take(records: buffer, path: "the archive")
            } catch {
                throw Problem(description: error.summary)
            }
        default: break
        }
        buffer = []
        pad(size)
    }

    private mutating func pad(_ size: Int64) {
        let padding = TarHeader.padding(size)
        state = padding == 0 ? .header : .padding(padding)
    }
}

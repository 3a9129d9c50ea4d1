internal import Crypto

// A stream inside another that cannot tell its end: `kubectl exec` over WebSocket (v4.channel.k8s.io) has no way
// to close stdin and keep stdout.
//
//     stream  = magic *frame end
//     magic   = "KJSTRM1" LF
//     frame   = length bytes                ; 4 bytes big-endian, 1 to 1 MiB; then so many bytes
//     end     = %x00000000 count digest     ; 8 bytes big-endian, and SHA-256, of all bytes in frames
//     aborted = %xFFFFFFFF length reason    ; in place of the end: the sender gave up, and why

/// Why a framed stream cannot be read.
public enum StreamFramesError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It does not begin as such a stream does.
    case notFramed
    /// A frame is larger than any is.
    case oversized(length: Int)
    /// It ended early, after so many bytes of content.
    case truncated(received: Int64)
    /// The sender counted other bytes than arrived, or they are not the same.
    case damaged
    /// The sender gave up, for this reason.
    case aborted(reason: String)

    /// What is wrong and what to do, in a line.
    public var description: String {
        switch self {
        case .notFramed:
            "the stream is no framed stream: both ends have to be kinkajou, of the same version"
        case .oversized(let length):
            "the stream is damaged: a frame of \(length) bytes; try again"
        case .truncated(let received):
            "the stream ended early, after \(received) bytes: the connection broke off; try again"
        case .damaged: "the stream was damaged on its way: its checksum is wrong; try again"
        case .aborted(let reason): "the sender gave up: \(reason)"
        }
    }
}

enum StreamFrames {
    static let magic = Array("KJSTRM1\n".utf8)
    static let frameLimit = 1 << 20
    static let abortMark: UInt32 = .max
    static let reasonLimit = 4096

    static func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Puts a stream into frames.
public struct StreamFrameWriter: Sendable {
    private var count: UInt64 = 0
    private var hash = SHA256()
    private var hasBegun = false

    /// A stream that has not begun.
    public init() {}

    /// The bytes that carry a chunk of any size. An empty chunk is carried by nothing.
    public mutating func frame(_ chunk: [UInt8]) -> [UInt8] {
        var result = beginning()
        var rest = chunk[...]
        while !rest.isEmpty {
            let piece = rest.prefix(StreamFrames.frameLimit)
            result += StreamFrames.bytes(UInt32(piece.count))
            result += piece
            rest = rest.dropFirst(piece.count)
        }
        count += UInt64(chunk.count)
        hash.update(data: chunk)
        return result
    }

    /// The bytes that end the stream.
    public mutating func end() -> [UInt8] {
        beginning() + StreamFrames.bytes(0) + StreamFrames.bytes(UInt32(truncatingIfNeeded: count >> 32))
            + StreamFrames.bytes(UInt32(truncatingIfNeeded: count)) + Array(hash.finalize())
    }

    /// The bytes that end the stream where it cannot go on; the receiver then takes nothing of it.
    public mutating func abort(reason: String) -> [UInt8] {
        let text = Array(reason.utf8.prefix(StreamFrames.reasonLimit))
        return beginning() + StreamFrames.bytes(StreamFrames.abortMark)
            + StreamFrames.bytes(UInt32(text.count)) + text
    }

    private mutating func beginning() -> [UInt8] {
        defer { hasBegun = true }
        return hasBegun ? [] : StreamFrames.magic
    }
}

/// Takes a stream out of its frames.
public struct StreamFrameReader: Sendable {
    private enum Expected {
        case magic, length, content(Int), trailer, reasonLength, reason(Int), nothing
    }

    private var expected = Expected.magic
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    /// How many bytes of content have come.
    public private(set) var received: Int64 = 0

    /// A reader at the beginning of a stream.
    public init() {}

    /// Whether the end has come, and all that came before it is as it was sent.
    public var isComplete: Bool {
        if case .nothing = expected { true } else { false }
    }

    /// Takes bytes as they arrive, and returns the content in them. What comes after the end is ignored.
    ///
    /// - Throws: ``StreamFramesError``; the reader must then not be used any more. That the content is right is
    ///   known only when ``isComplete``.
    public mutating func take(_ bytes: some Collection<UInt8>) throws(StreamFramesError) -> [UInt8] {
        var content: [UInt8] = []
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            if case .content(let wanted) = expected {
                let piece = rest.prefix(wanted)
                let bytes = Array(piece)
                hash.update(data: bytes)
                received += Int64(bytes.count)
                content += bytes
                rest = rest.dropFirst(piece.count)
                expected = piece.count == wanted ? .length : .content(wanted - piece.count)
                continue
            }
            guard let wanted = fieldSize else { break }
            let piece = rest.prefix(wanted - buffer.count)
            buffer += piece
            rest = rest.dropFirst(piece.count)
            guard buffer.count == wanted else { break }
            let field = buffer
            buffer = []
            try takeField(field)
        }
        return content
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `truncated` where the end has not come.
    public func finish() throws(StreamFramesError) {
        if case .magic = expected, !StreamFrames.magic.starts(with: buffer) { throw .notFramed }
        guard isComplete else { throw .truncated(received: received) }
    }

    private var fieldSize: Int? {
        switch expected {
        case .magic: StreamFrames.magic.count
        case .length, .reasonLength: 4
        case .trailer: 8 + 32
        case .reason(let count): count
        case .content, .nothing: nil
        }
    }

    private mutating func takeField(_ field: [UInt8]) throws(StreamFramesError) {
        switch expected {
        case .magic:
            guard field == StreamFrames.magic else { throw .notFramed }
            expected = .length
        case .length:
            let length = StreamFrames.number(field)
            if length == 0 {
                expected = .trailer
            } else if length == UInt64(StreamFrames.abortMark) {
                expected = .reasonLength
            } else {
                guard length <= UInt64(StreamFrames.frameLimit) else { throw .oversized(length: Int(length)) }
                expected = .content(Int(length))
            }
        case .trailer:
            guard StreamFrames.number(field[..<8]) == UInt64(received),
                Array(field[8...]) == Array(hash.finalize())
            else { throw .damaged }
            expected = .nothing
        case .reasonLength:
            let length = StreamFrames.number(field)
            guard length <= UInt64(StreamFrames.reasonLimit) else { throw .oversized(length: Int(length)) }
            if length == 0 { throw .aborted(reason: "it did not say why") }
            expected = .reason(Int(length))
        case .reason:
            throw .aborted(reason: String(decoding: field, as: UTF8.self))
        case .content, .nothing:
            break
        }
    }
}

internal import FoundationEssentials
internal import NIOCore

/// Cuts a stream of JSON documents, one per line, into its lines.
struct JSONLines {
    let what: String
    private var pending = ByteBuffer()

    /// No line of the Engine API is near this long.
    static let longestLine = 1 << 20

    init(what: String) {
        self.what = what
    }

    /// The lines that `chunk` completes, without empty ones.
    mutating func append(_ chunk: ByteBuffer) throws -> [ByteBuffer] {
        var chunk = chunk
        var lines: [ByteBuffer] = []
        while let end = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let length = end - chunk.readerIndex
            if let part = chunk.readSlice(length: length) { pending.writeImmutableBuffer(part) }
            chunk.moveReaderIndex(forwardBy: 1)
            if let line = takePending() { lines.append(line) }
        }
        pending.writeImmutableBuffer(chunk)
        guard pending.readableBytes <= JSONLines.longestLine else {
            throw DockerEngineError.invalidResponse(
                what: what, reason: "it has a line of more than \(JSONLines.longestLine) bytes")
        }
        return lines
    }

    /// The last line, when no line feed follows it.
    mutating func finish() -> ByteBuffer? {
        takePending()
    }

    func decode<Value: Decodable>(_ type: Value.Type, from line: ByteBuffer) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(line.readableBytesView))
        } catch {
            throw DockerEngineError.invalidResponse(
                what: what, reason: "a line of it is no such JSON: \(error)")
        }
    }

    private mutating func takePending() -> ByteBuffer? {
        let line = pending
        pending = ByteBuffer()
        let blank = line.readableBytesView.allSatisfy { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: " ") }
        return blank ? nil : line
    }
}

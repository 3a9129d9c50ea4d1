internal import NIOCore

/// Takes apart the frames in which the daemon sends stdout and stderr over one stream: one byte for the
/// stream, three zeros, four bytes of length (big-endian), the bytes.
/// <https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach>
///
/// It passes on a frame's bytes as they come, and never holds more than a header.
struct LogDemultiplexer {
    let what: String
    private var header = ByteBuffer()
    private var current: (stream: ContainerOutput.Stream, remaining: Int)?

    init(what: String) {
        self.what = what
    }

    mutating func append(_ chunk: ByteBuffer) throws -> [ContainerOutput] {
        var chunk = chunk
        var pieces: [ContainerOutput] = []
        while chunk.readableBytes > 0 {
            if let (stream, remaining) = current {
                let length = min(remaining, chunk.readableBytes)
                if let bytes = chunk.readSlice(length: length) {
                    pieces.append(ContainerOutput(stream: stream, bytes: bytes))
                }
                current = remaining > length ? (stream, remaining - length) : nil
            } else if let bytes = chunk.readSlice(
                length: min(8 - header.readableBytes, chunk.readableBytes))
            {
                header.writeImmutableBuffer(bytes)
                if header.readableBytes == 8 { try startFrame() }
            }
        }
        return pieces
    }

    /// To be called at the stream's end.
    func finish() throws {
        guard header.readableBytes == 0, current == nil else {
            throw DockerEngineError.connectionLost(what: what, reason: "the log ends within a frame")
        }
    }

    private mutating func startFrame() throws {
        let kind = header.readInteger(as: UInt8.self) ?? 0
        header.moveReaderIndex(forwardBy: 3)
        let length = Int(header.readInteger(as: UInt32.self) ?? 0)
        header.clear()
        // Stream 3 is the daemon's own error message in place of the log.
        guard let stream = ContainerOutput.Stream(rawValue: kind == 3 ? 2 : kind) else {
            throw DockerEngineError.invalidResponse(what: what, reason: "the log has a stream \(kind)")
        }
        current = length > 0 ? (stream, length) : nil
    }
}

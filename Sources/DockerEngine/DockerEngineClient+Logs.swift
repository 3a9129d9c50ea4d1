public import NIOCore

internal import NIOHTTP1

extension DockerEngineClient {
    /// `GET /containers/{id}/logs`: hands what the container wrote to `consume`, piece by piece.
    ///
    /// - Parameters:
    ///   - id: The container's identifier or name.
    ///   - follow: Whether to go on until the container ends.
    ///   - tail: How many of the last lines; nil for all.
    ///   - timestamps: Whether each line starts with its time.
    ///   - timeout: The deadline of the whole, which also ends following.
    ///   - consume: Gets pieces of any size, not lines. It must heed cancellation.
    public func containerLogs(
        _ id: String,
        follow: Bool = false,
        tail: Int? = nil,
        timestamps: Bool = false,
        timeout: Duration = DockerEngineClient.defaultTimeout,
        consume: @escaping @Sendable (ContainerOutput) async throws -> Void
    ) async throws {
        let start = ContinuousClock.now
        // With a terminal the log is plain bytes, without one it is framed, and before API 1.42 the answer
        // does not tell which.
        let framed = try await !inspectContainer(id, timeout: timeout).hasTerminal
        var query = [(name: "stdout", value: "1"), (name: "stderr", value: "1")]
        if follow { query.append(("follow", "1")) }
        if let tail { query.append(("tail", String(max(0, tail)))) }
        if timestamps { query.append(("timestamps", "1")) }
        let request = EngineRequest(
            .GET, "/containers/\(try EngineRequest.segment(id))/logs", query: query)
        let remaining = max(.zero, timeout - start.duration(to: .now))
        try await send(request, timeout: remaining) { response in
            var frames = LogDemultiplexer(what: request.summary)
            for try await chunk in response {
                if framed {
                    for piece in try frames.append(chunk) { try await consume(piece) }
                } else {
                    try await consume(ContainerOutput(stream: .stdout, bytes: chunk))
                }
            }
            if framed { try frames.finish() }
        }
    }
}

/// A piece of what a container wrote.
public struct ContainerOutput: Sendable, Equatable {
    /// Which of the two it wrote to.
    public enum Stream: UInt8, Sendable, Equatable {
        /// Standard output; also all output of a container with a terminal.
        case stdout = 1
        /// Standard error.
        case stderr = 2
    }

    /// Which of the two it wrote to.
    public let stream: Stream
    /// What it wrote.
    public let bytes: ByteBuffer

    /// Makes a piece.
    public init(stream: Stream, bytes: ByteBuffer) {
        self.stream = stream
        self.bytes = bytes
    }
}

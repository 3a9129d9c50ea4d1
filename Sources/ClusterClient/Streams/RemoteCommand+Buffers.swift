internal import NIOCore

extension RemoteCommand {
    /// What it reads, as the transports below take it.
    var inputBuffers: (@Sendable () async throws -> ByteBuffer?)? {
        guard let input else { return nil }
        return {
            guard let piece = try await input() else { return nil }
            return ByteBuffer(bytes: piece)
        }
    }

    /// Takes what it writes, as the transports below give it.
    var outputBuffers: @Sendable (ByteBuffer) async throws -> Void {
        let output = output
        return { try await output(Array($0.readableBytesView)) }
    }
}

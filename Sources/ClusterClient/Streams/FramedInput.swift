internal import ImageArchives
internal import NIOCore
internal import Synchronization

/// Input in frames, for `kinkajou inside pipe`: the older protocol of exec has no way to tell its end.
final class FramedInput: Sendable {
    private struct State {
        var writer = StreamFrameWriter()
        var isOver = false
    }

    private let input: @Sendable () async throws -> ByteBuffer?
    private let state = Mutex(State())

    init(_ input: @escaping @Sendable () async throws -> ByteBuffer?) {
        self.input = input
    }

    /// The next frame; nil after the one that tells the end.
    func next() async throws -> ByteBuffer? {
        if state.withLock({ $0.isOver }) { return nil }
        let piece = try await input()
        return state.withLock { state in
            guard let piece else {
                state.isOver = true
                return ByteBuffer(bytes: state.writer.end())
            }
            return ByteBuffer(bytes: state.writer.frame(Array(piece.readableBytesView)))
        }
    }
}

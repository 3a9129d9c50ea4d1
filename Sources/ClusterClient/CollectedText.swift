internal import NIOCore
internal import Synchronization

/// Text that arrives in pieces; of very much only the beginning is kept.
final class CollectedText: Sendable {
    private static let limit = 16 << 20
    private let bytes = Mutex<[UInt8]>([])

    /// Takes a piece.
    func append(_ piece: some Sequence<UInt8>) {
        bytes.withLock { bytes in bytes += piece.prefix(max(0, Self.limit - bytes.count)) }
    }

    /// Takes a piece.
    func append(_ buffer: ByteBuffer) { append(buffer.readableBytesView) }

    /// All that was taken.
    var string: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

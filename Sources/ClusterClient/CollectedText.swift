internal import NIOCore
internal import Synchronization

/// Text that arrives in pieces; of very much only the beginning is kept.
final class CollectedText: Sendable {
    private static let limit = 16 << 20
    private let bytes = Mutex<[UInt8]>([])

    /// Takes a piece.
    func append(_ buffer: ByteBuffer) {
        bytes.withLock { bytes in
            bytes += buffer.readableBytesView.prefix(max(0, Self.limit - bytes.count))
        }
    }

    /// All that was taken.
    var string: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

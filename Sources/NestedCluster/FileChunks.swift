internal import Glibc
internal import Linux
internal import NIOCore

/// A file as pieces for an upload.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private let file: OpenFile
    private let onProgress: @Sendable (Int64) -> Void

    private final class OpenFile: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    init(_ path: String, onProgress: @escaping @Sendable (Int64) -> Void) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        file = OpenFile(descriptor)
        self.onProgress = onProgress
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let file: FileChunks
        private var position: Int64 = 0

        fileprivate init(file: FileChunks) { self.file = file }

        mutating func next() async throws -> ByteBuffer? {
            try Task.checkCancellation()
            let size = 1 << 20
            let position = position
            let descriptor = file.file.descriptor
            var buffer = ByteBufferAllocator().buffer(capacity: size)
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
                Swift.max(0, pread(descriptor, space.baseAddress, size, off_t(position)))
            }
            guard count > 0 else { return nil }
            self.position += Int64(count)
            file.onProgress(self.position)
            return buffer
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: self) }
}

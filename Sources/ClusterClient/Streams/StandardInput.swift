internal import Glibc
public import NIOCore
internal import NIOPosix

/// Our own stdin, read when somebody asks for it, so that nothing piles up.
public enum StandardInput {
    private static let chunkSize = 64 << 10

    /// The next piece; nil at the end, and after an error, which nobody could do anything about.
    public static func next() async throws -> ByteBuffer? {
        try await NIOThreadPool.singleton.runIfActive {
            var bytes = [UInt8](repeating: 0, count: chunkSize)
            while true {
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count > 0 { return ByteBuffer(bytes: bytes[..<count]) }
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN {
                    var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
                    _ = poll(&entry, 1, -1)
                    continue
                }
                return nil
            }
        }
    }
}

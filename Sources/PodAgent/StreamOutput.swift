internal import Glibc
internal import ImageArchives
internal import Linux

/// Where a stream is written to, framed or as it is.
final class StreamOutput: @unchecked Sendable {
    // Used by one thread at a time: a task, or a thread that the task waits for.
    private let descriptor: Int32
    private var frames: StreamFrameWriter?

    init(_ descriptor: Int32, isFramed: Bool) {
        self.descriptor = descriptor
        frames = isFramed ? StreamFrameWriter() : nil
    }

    /// Writes what comes out of a descriptor, to its end. Blocks. nil: all of it was written.
    func copy(from source: Int32) -> SystemError? {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return SystemError("read", "pipe", errno) }
            guard count > 0 else { return nil }
            let piece = Array(buffer[..<count])
            if let failure = put(frames?.frame(piece) ?? piece) { return failure }
        }
    }

    /// Says that it was all.
    func end() -> SystemError? {
        guard let end = frames?.end() else { return nil }
        return put(end)
    }

    /// Says that it was not all.
    func abort(reason: String) -> SystemError? {
        guard let end = frames?.abort(reason: reason) else { return nil }
        return put(end)
    }

    private func put(_ bytes: [UInt8]) -> SystemError? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, -1)
            } else if errno != EINTR {
                return SystemError("write", "standard output", errno)
            }
        }
        return nil
    }
}

internal import Glibc
public import Values

/// Writing to stderr, for messages that must not get lost in a buffer.
public enum StandardError {
    /// Writes the text as it is. Nothing can be done about a stderr that is gone.
    public static func write(_ text: String) {
        put(Array(text.utf8)[...], to: STDERR_FILENO)
    }

    /// Writes bytes as they are.
    public static func write(bytes: [UInt8]) {
        put(bytes[...], to: STDERR_FILENO)
    }

    /// Says what a command came to in the end, in the form that was chosen.
    public static func report(_ error: KinkajouError) {
        switch LogOutput.format {
        case .text: write(error.text)
        case .json: write(ProgressEvent(number: 0, time: LogOutput.now(), .ended(error: error)).line)
        }
    }

    /// Says something to a person, in the form that was chosen.
    public static func say(_ text: String) {
        switch LogOutput.format {
        case .text: write(text + "\n")
        case .json:
            let notice = ProgressEvent.Content.notice(severity: .information, text: text)
            write(ProgressEvent(number: 0, time: LogOutput.now(), notice).line)
        }
    }

    /// False: it was not written as a whole.
    @discardableResult
    fileprivate static func put(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                // Somebody made the terminal or pipe non-blocking: wait until it takes more.
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                if poll(&entry, 1, 1000) <= 0 { return false }
            } else {
                return false
            }
        }
        return true
    }
}

/// Nobody reads any more what is written to stdout, as with `| head`.
public struct ReaderGone: Error, Sendable, Equatable {
    /// There is one kind.
    public init() {}

    /// The exit status of a program that SIGPIPE ends.
    public static let exitStatus: Int32 = 128 + SIGPIPE
}

/// Writing data to stdout.
public enum StandardOutput {
    /// Writes a part of a stream.
    ///
    /// - Throws: ``ReaderGone``: who writes on without end has to end then, as SIGPIPE would end it.
    public static func stream(_ bytes: some Sequence<UInt8>) throws(ReaderGone) {
        guard StandardError.put(Array(bytes)[...], to: STDOUT_FILENO) else { throw ReaderGone() }
    }

    /// Waits until nobody reads any more what is written to stdout.
    ///
    /// - Throws: ``ReaderGone`` then, or `CancellationError`.
    public static func waitForReaderToGo() async throws {
        // The kernel tells it of a pipe and of a socket. A wait in poll(2) could not be cancelled.
        while true {
            var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            if poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLERR) != 0 { throw ReaderGone() }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Writes the text as it is.
    public static func write(_ text: String) {
        StandardError.put(Array(text.utf8)[...], to: STDOUT_FILENO)
    }

    /// Writes bytes as they are.
    public static func write(bytes: some Sequence<UInt8>) {
        StandardError.put(Array(bytes)[...], to: STDOUT_FILENO)
    }
}

internal import CLinux
internal import Glibc

/// A pipe, whose ends are not handed down to children unless they are given to them. They stay open until
/// they are closed.
public struct Pipe: Sendable {
    /// The end for reading.
    public let reading: Int32
    /// The end for writing.
    public let writing: Int32

    /// A new pipe.
    public init() throws(SystemError) {
        var ends: (Int32, Int32) = (-1, -1)
        let failure = clinux_pipe(&ends.0, &ends.1)
        guard failure == 0 else { throw SystemError("pipe", "", failure) }
        (reading, writing) = ends
    }

    /// What a pipe takes before a write waits for a reader (pipe(7)).
    private static let usualCapacity = 65536
    /// fcntl(2)'s F_SETPIPE_SZ, which Swift does not see.
    private static let setCapacity: Int32 = 1031

    /// A pipe that holds a text, with its end for writing closed. A text that is larger than a pipe can be made
    /// (`fs.pipe-max-size`, usually 1 MiB) is refused.
    init(holding text: String) throws(SystemError) {
        try self.init()
        let bytes = Array(text.utf8)
        if bytes.count > Self.usualCapacity, fcntl(writing, Self.setCapacity, Int32(bytes.count)) < 0 {
            let failure = errno
            close()
            throw SystemError("fcntl", "a pipe of \(bytes.count) bytes", failure)
        }
        let written = bytes.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
        let failure = errno
        Glibc.close(writing)
        guard written == bytes.count else {
            Glibc.close(reading)
            throw SystemError("write", "a pipe", written < 0 ? failure : EFBIG)
        }
    }

    /// Closes both ends.
    public func close() {
        closeReading()
        closeWriting()
    }

    /// Closes the end for reading.
    public func closeReading() { Glibc.close(reading) }

    /// Closes the end for writing.
    public func closeWriting() { Glibc.close(writing) }
}

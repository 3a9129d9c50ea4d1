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

    /// A pipe that holds a text, with its end for writing closed. Of the text it holds 64 KiB at most.
    init(holding text: String) throws(SystemError) {
        try self.init()
        let bytes = Array(text.utf8.prefix(65536))
        _ = bytes.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
        Glibc.close(writing)
    }

    /// Closes both ends.
    public func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }
}

internal import Glibc

/// A pseudo-terminal: the test holds the master, and types and reads there.
public final class Pty {
    private let master: Int32
    /// Held open, so that what was written can be read when all others have closed it.
    private let terminal: Int32
    /// The path of the terminal itself. A session leader without a terminal that opens it gets it as its
    /// controlling terminal.
    public let path: String
    private var collected: [UInt8] = []

    /// Why there is no terminal.
    public struct Failure: Error {
        /// The errno value.
        public let error: Int32
    }

    /// Makes one.
    public init() throws {
        var ends: (master: Int32, terminal: Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&ends.master, &ends.terminal, &name, nil, nil) == 0 else {
            throw Failure(error: errno)
        }
        (master, terminal) = ends
        path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        for descriptor in [master, terminal] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    /// A shell script that runs as the leader of a new session on this terminal.
    public func session(_ script: String, isNamespaceInit: Bool = false) -> ChildProcess.Setup {
        var setup = ChildProcess.Setup("/bin/sh", ["-c", "exec <\(path) >\(path) 2>&1; \(script)"])
        setup.hasNewSession = true
        setup.isNamespaceInit = isNamespaceInit
        return setup
    }

    /// Types; `\u{3}` is Ctrl-C.
    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// What was written to the terminal so far.
    public var output: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            collected += buffer[..<count]
        }
        return String(decoding: collected, as: UTF8.self)
    }

    /// Waits until the terminal has shown a text; behind the last place of another one, if that is named.
    public func waitForOutput(_ text: String, after mark: String? = nil, seconds: Double = 30) throws {
        try Wait.until("'\(text)' on the terminal; so far: \(output)", seconds: seconds) {
            let shown = output
            guard let mark else { return shown.contains(text) }
            guard let place = shown.ranges(of: mark).last else { return false }
            return shown[place.upperBound...].contains(text)
        }
    }

    deinit {
        close(master)
        close(terminal)
    }
}

internal import Linux

/// A command that has a terminal of its own in a Pod. Nothing tells it that its user has gone: the kubelet leaves the
/// terminal open. So who has started it holds a second connection, at whose end the command is ended as by the hangup of
/// a terminal.
public struct TerminalSession: Sendable {
    private static let directory = "/run/kinkajou/terminals"
    private let path: String

    /// The session of a name that the client has chosen; nil where that is none.
    public init?(_ name: String, directory: String? = nil) {
        guard !name.isEmpty, name.utf8.count <= 64,
            name.utf8.allSatisfy({
                (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        path = (directory ?? Self.directory) + "/" + name
    }

    /// Writes down that a process is the session's command.
    ///
    /// - Throws: `SystemError`.
    public func register(_ process: Int32) throws {
        guard let start = Self.start(of: process) else { return }
        if let slash = path.lastIndex(of: "/") {
            try Files.makeDirectories(String(path[..<slash]), mode: 0o700)
        }
        try Files.replace(path, with: "\(process) \(start)\n", mode: 0o600)
    }

    /// The command's process, where it still runs; nil: it has ended, or was never written down.
    public var process: Int32? {
        guard let words = try? Files.read(path).split(whereSeparator: \.isWhitespace), words.count == 2,
            let process = Int32(words[0]), process > 1, Self.start(of: process) == String(words[1])
        else { return nil }
        return process
    }

    /// Whether a command was written down.
    public var isRegistered: Bool { Files.exists(path) }

    /// Forgets the session.
    public func forget() { try? Files.remove(path) }

    /// When a process has begun, in the kernel's ticks (proc(5), `/proc/PID/stat`, field 22): another one of the same
    /// number has another. nil: there is none, or it is dead and not reaped yet.
    private static func start(of process: Int32) -> String? {
        guard let text = try? Files.read("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(fields[19])
    }
}

internal import Glibc
internal import Linux

/// A command that a user runs in a Pod or container. Nothing tells it that its user has gone: the kubelet leaves a
/// terminal open, and Docker leaves what it has started in a node. So the command is written down, and what it starts
/// has a mark in its environment, in the nodes too; when the user's connection ends, they are ended as by the hangup of
/// a terminal.
public struct CommandSession: Sendable {
    /// The variable that is the mark; its value is the session's name.
    public static let variable = "KINKAJOU_SESSION"
    private static let directory = "/run/kinkajou/sessions"
    private let name: String
    private let path: String

    /// The session of a name that the client has chosen; nil where that is none.
    public init?(_ name: String, directory: String? = nil) {
        guard !name.isEmpty, name.utf8.count <= 64,
            name.utf8.allSatisfy({
                (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        self.name = name
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

    /// Ends the command that was written down, where it still runs, and all that has its mark. One that has ended has left
    /// behind what it meant to leave.
    public func end() async {
        defer { try? Files.remove(path) }
        if let process { await end(process) }
    }

    /// Ends a command, where it still runs, and all that has its mark: as the hangup of a terminal does, and with more
    /// force where that is not enough.
    public func end(_ command: Int32) async {
        guard let start = Self.start(of: command) else { return }
        var isRunning: Bool { Self.start(of: command) == start }
        for number in [SIGHUP, SIGTERM, SIGKILL] {
            let rest = marked
            guard isRunning || !rest.isEmpty else { return }
            // It leads a group.
            if isRunning { for target in [-command, command] { kill(target, number) } }
            for process in rest { kill(process, number) }
            for _ in 0..<20 where isRunning || !marked.isEmpty {
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// What has the mark: in the namespace of the Pod, that of the nodes' processes can be seen.
    private var marked: [Int32] {
        let mark = Array("\(Self.variable)=\(name)".utf8)
        return Files.directories(in: "/proc").compactMap { Int32($0) }.filter { process in
            guard process != getpid(), let environment = try? Files.bytes("/proc/\(process)/environ") else {
                return false
            }
            return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
        }
    }

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

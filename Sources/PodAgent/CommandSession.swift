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

    /// Ends the command, where it still runs, with all that has its mark, and with more force where that is not enough.
    /// One that has ended has left behind what it meant to leave.
    public func end() async {
        defer { forget() }
        guard let command = process else { return }
        for number in [SIGHUP, SIGTERM, SIGKILL] {
            let rest = running
            guard !rest.isEmpty else { return }
            // It leads a group.
            if rest.contains(command) { kill(-command, number) }
            for process in rest { kill(process, number) }
            for _ in 0..<20 where !running.isEmpty { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// The command, and what has its mark: in the namespace of the Pod, that of the nodes' processes can be seen.
    private var running: [Int32] {
        let mark = Array("\(Self.variable)=\(name)\0".utf8)
        let marked = Files.directories(in: "/proc").compactMap { Int32($0) }.filter { process in
            guard process != getpid(), let environment = try? Files.bytes("/proc/\(process)/environ") else {
                return false
            }
            return environment.split(separator: 0).contains { $0 == mark.dropLast() }
        }
        return Array(Set(marked).union([process].compactMap(\.self)))
    }

    /// Forgets the session.
    private func forget() { try? Files.remove(path) }

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

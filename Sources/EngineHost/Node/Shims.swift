internal import Glibc
internal import Linux

/// The processes that containerd leaves to hold its containers. They outlive it on purpose, and end by themselves
/// only when containerd comes back to ask them to.
enum Shims {
    /// Ends those of a containerd that has gone.
    ///
    /// - Parameter socket: Where it listened, which each shim has on its command line.
    static func end(of socket: String) {
        for name in Files.names(in: "/proc") {
            guard let pid = pid_t(name), let text = try? Files.read("/proc/\(name)/cmdline"),
                isShim(text.split(separator: "\0").map(String.init), of: socket)
            else { continue }
            kill(pid, SIGKILL)
        }
    }

    static func isShim(_ words: [String], of socket: String) -> Bool {
        guard let program = words.first?.split(separator: "/").last, program.hasPrefix("containerd-shim"),
            let option = words.firstIndex(of: "-address")
        else { return false }
        return words.dropFirst(option + 1).first == socket
    }
}

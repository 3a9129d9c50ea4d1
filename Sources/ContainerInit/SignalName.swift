internal import Glibc

/// Signal names and numbers, both ways.
enum SignalName {
    /// The signals with names, as `kill -l` has them, without the prefix `SIG`.
    private static let named: [(name: String, number: Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP),
        ("ABRT", SIGABRT), ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1),
        ("SEGV", SIGSEGV), ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM),
        ("STKFLT", 16), ("CHLD", SIGCHLD), ("CONT", SIGCONT), ("STOP", SIGSTOP), ("TSTP", SIGTSTP),
        ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("URG", SIGURG), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ),
        ("VTALRM", SIGVTALRM), ("PROF", SIGPROF), ("WINCH", SIGWINCH), ("IO", SIGIO), ("PWR", SIGPWR),
        ("SYS", SIGSYS),
    ]

    /// The first and the last real-time signal that programs may use; the C library keeps two before.
    static let realTime: ClosedRange<Int32> = 34...64

    /// Reads `SIGTERM` (all that tini takes), `TERM`, `15`, `SIGRTMIN+3` or `RTMAX-1`.
    static func number(of text: String) -> Int32? {
        if let number = Int32(text) { return (1...64).contains(number) ? number : nil }
        let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        if let match = named.first(where: { $0.name == name }) { return match.number }
        for (prefix, base) in [("RTMIN", realTime.lowerBound), ("RTMAX", realTime.upperBound)]
        where name.hasPrefix(prefix) {
            let offset = name.dropFirst(prefix.count)
            guard !offset.isEmpty else { return base }
            guard offset.first == "+" || offset.first == "-", let distance = Int32(offset),
                (-30...30).contains(distance)
            else { return nil }
            return realTime.contains(base + distance) ? base + distance : nil
        }
        return nil
    }

    /// `SIGTERM` for 15, `SIGRTMIN+3` for 37.
    static func text(of number: Int32) -> String {
        if let match = named.first(where: { $0.number == number }) { return "SIG" + match.name }
        guard realTime.contains(number) else { return "signal \(number)" }
        return number == realTime.lowerBound ? "SIGRTMIN" : "SIGRTMIN+\(number - realTime.lowerBound)"
    }
}

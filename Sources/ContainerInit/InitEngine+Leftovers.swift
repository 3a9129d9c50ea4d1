internal import Glibc

/// What the child leaves behind: everything in the PID namespace for PID 1, all descendants for a subreaper.
/// Otherwise nothing is this process's to end.
extension InitEngine {
    /// Ends it: SIGTERM, a bounded wait, SIGKILL, and again until nothing is left, within a limit.
    mutating func endLeftovers() {
        guard let linger = options.linger, adoptsOrphans, hasLeftovers() != .none else { return }
        log.write(.information, "Ending what the child left behind")
        signalLeftovers(SIGTERM)
        // A stopped process acts on it only once it goes on.
        signalLeftovers(SIGCONT)
        if waitForLeftovers(until: Self.now() + linger.nanoseconds, unlessTold: true) { return }

        log.write(.warning, "Processes that the child left behind did not end on SIGTERM, sending SIGKILL")
        let deadline = Self.now() + Self.killLimit
        var pause: Int64 = 1_000_000
        repeat {
            // Again and again: as a subreaper one may have been forked between the look and the kill.
            signalLeftovers(SIGKILL)
            if waitForLeftovers(until: min(deadline, Self.now() + pause), unlessTold: false) { return }
            pause = min(2 * pause, 100_000_000)
        } while Self.now() < deadline
        log.write(.fatal, "Processes that the child left behind do not end, even by SIGKILL")
    }

    private enum Leftovers {
        case none
        /// Children of this process, and what is below them.
        case children
        /// Processes in PID 1's namespace with a parent outside (`docker exec`).
        case foreign
    }

    /// Reaps, and tells what there still is.
    private mutating func hasLeftovers() -> Leftovers {
        if reap() { return .children }
        guard getpid() == 1 else { return .none }
        return kill(-1, 0) < 0 && errno == ESRCH ? .none : .foreign
    }

    /// Waits until nothing is left, and returns whether that is so. A further SIGTERM, SIGINT or SIGQUIT
    /// means that somebody is waiting, and ends the patience if `unlessTold`.
    private mutating func waitForLeftovers(until deadline: Int64, unlessTold: Bool) -> Bool {
        while true {
            let left = hasLeftovers()
            if left == .none { return true }
            let now = Self.now()
            guard now < deadline else { return false }
            // The end of a process with another parent raises no signal here; look again shortly.
            let wake = left == .foreign ? min(deadline, now + 10_000_000) : deadline
            let signal = nextSignal(before: wake)
            if unlessTold, signal == SIGTERM || signal == SIGINT || signal == SIGQUIT { return false }
        }
    }

    private func signalLeftovers(_ signal: Int32) {
        if getpid() == 1 {
            // Everything in the namespace but this process, in one step that no fork can slip through.
            kill(-1, signal)
            return
        }
        guard let table = ProcessTable.read() else {
            // No /proc of this namespace: what can be named is the child's group.
            kill(-child, signal)
            return
        }
        if signal == SIGKILL {
            // A process that forks and ends, over and over, outruns a list of pids. It rarely leaves its
            // group, and a whole group is signalled in one step.
            for group in table.ownedGroups(of: getpid()) { kill(-group, signal) }
        }
        for process in table.descendants(of: getpid()) { kill(process.pid, signal) }
    }
}

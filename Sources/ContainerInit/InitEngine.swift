internal import CLinux
internal import Glibc

/// The loop of a PID 1: starts one child, forwards signals to it, reaps whatever ends, and returns the
/// child's exit status.
///
/// One thread, no polling: it sleeps in the kernel until there is a signal, SIGCHLD included.
struct InitEngine {
    /// How long the kernel may take to end a process after SIGKILL. It takes longer only for one that is
    /// stuck in the kernel (state D), for which waiting on would not help.
    static let killLimit: Int64 = 10_000_000_000

    let options: InitOptions
    /// The mask for the child, where the program that this one was before has said it.
    private let inheritedMask: UInt64?
    let log: InitLog
    /// All signals but those for the init itself.
    let waited = SignalSet.all.subtracting(.faults).subtracting(.background)

    private(set) var child: pid_t = -1
    /// As waitpid(2) gives it.
    private var childStatus: Int32?
    /// When the child is to be killed, after SIGTERM or SIGINT was forwarded.
    private var graceDeadline: Int64?
    /// When to stop waiting for a child that was killed.
    private var killDeadline: Int64?

    init(options: InitOptions, inheritedMask: UInt64? = nil) {
        self.options = options
        self.inheritedMask = inheritedMask
        log = InitLog(program: options.programName, verbosity: options.verbosity)
    }

    /// Runs the command to its end, and what it leaves behind to theirs.
    mutating func run(_ command: borrowing ChildCommand) -> Int32 {
        guard let inherited = takeOverSignals(), becomeReaper() else { return 1 }

        var request = clinux_spawn_request()
        request.executable = UnsafePointer(command.executable)
        request.arguments = UnsafePointer(command.arguments)
        request.search_path = command.searchesPath
        request.standard_input = -1
        request.standard_output = -1
        request.standard_error = -1
        request.group = Int32(CLINUX_GROUP_NEW.rawValue)
        // Not from the background: there the terminal belongs to somebody else.
        let ownsTerminal = tcgetpgrp(STDIN_FILENO) == getpgrp()
        request.foreground = ownsTerminal
        request.signal_mask = inherited.mask.bits
        request.default_signals = inherited.defaults.bits
        request.ignored_signals = inherited.ignored.bits

        var report: Int32 = -1
        var failure = clinux_spawn_failure()
        guard clinux_spawn(&request, &child, &report, &failure) == 0 else {
            log.write(.fatal, "\(Self.action(failure.stage)) failed: \(Self.describe(failure.error))")
            return 1
        }
        log.write(.information, "Spawned child process '\(command.name)' with pid '\(child)'")

        let status = waitForChild()
        // A child that could not be killed may still be on its way to its exec: nothing to read then.
        if childStatus == nil { close(report) } else { failure = clinux_spawn_report(report) }
        let exitStatus =
            failure.stage == 0 ? status : explain(failure, of: command)
        if childStatus != nil { endLeftovers() }
        if ownsTerminal, getpid() != 1 { takeTerminalBack() }
        if options.successStatuses.contains(exitStatus) { return 0 }
        return exitStatus
    }

    // MARK: - Preparation

    /// How the child's signals are to be: as they were when this program was started.
    private struct InheritedSignals {
        let mask: SignalSet
        let defaults: SignalSet
        let ignored: SignalSet
    }

    /// Blocks the signals that the loop collects, and sets aside the state that the child gets.
    private func takeOverSignals() -> InheritedSignals? {
        var previous: UInt64 = 0
        // All at once first: one that is pending must not act before its action is set below.
        guard check(clinux_signal_mask_set(SignalSet.all.bits, &previous), "blocking signals") else {
            return nil
        }
        let mask =
            inheritedMask ?? (clinux_early_signals_blocked() ? clinux_early_original_mask() : previous)

        var defaults: UInt64 = 0
        var ignored: UInt64 = 0
        // A parent may have left SIGCHLD ignored. The kernel would then reap the child by itself, and its
        // exit status would be lost. For faults, SWIFT_BACKTRACE in the environment may have had the runtime
        // install handlers: through these, kill(1) from another process would end a PID 1, which the kernel
        // protects from signals that have the default action.
        for signal in (1...64 as ClosedRange<Int32>)
        where SignalSet.background.contains(signal) || SignalSet.faults.contains(signal) || signal == SIGCHLD
        {
            var wasIgnored = false
            let ignore = SignalSet.background.contains(signal)
            guard check(clinux_signal_ignore(signal, ignore, &wasIgnored), "setting a signal's action") else {
                return nil
            }
            let bit = ([signal] as SignalSet).bits
            if wasIgnored { ignored |= bit } else { defaults |= bit }
        }
        guard check(clinux_signal_mask_set(waited.bits, nil), "blocking signals") else { return nil }
        return InheritedSignals(
            mask: SignalSet(bits: mask), defaults: SignalSet(bits: defaults),
            ignored: SignalSet(bits: ignored))
    }

    /// Sees to it that orphans come to this process, and says so if they do not.
    private func becomeReaper() -> Bool {
        if let signal = options.parentDeathSignal {
            guard check(clinux_set_parent_death_signal(signal), "setting up the parent death signal") else {
                return false
            }
            // The parent may have ended before, and its death is news only once.
            if getppid() != clinux_early_parent() { kill(getpid(), signal) }
        }
        if options.isSubreaper {
            guard check(clinux_become_subreaper(), "registering as child subreaper") else { return false }
            log.write(.trace, "Registered as child subreaper")
        }
        if !adoptsOrphans {
            log.write(
                .warning,
                """
                \(options.programName) is not running as PID 1 and isn't registered as a child subreaper.
                Zombie processes will not be re-parented to it, so zombie reaping won't work, nor will they be ended.
                To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER to register it as a \
                child subreaper, or run it as PID 1.
                """)
        }
        return true
    }

    /// Whether orphaned descendants become children of this process.
    var adoptsOrphans: Bool { getpid() == 1 || clinux_is_subreaper() == 1 }

    private func check(_ error: Int32, _ action: String) -> Bool {
        if error != 0 { log.write(.fatal, "\(action) failed: \(Self.describe(error))") }
        return error == 0
    }

    // MARK: - The loop

    /// Forwards and reaps until the child has ended, and returns its exit status.
    private mutating func waitForChild() -> Int32 {
        while true {
            if let signal = nextSignal(before: killDeadline ?? graceDeadline), signal != SIGCHLD {
                forward(signal)
            }
            reap()
            if let childStatus { return exitStatus(of: childStatus) }
            if let killDeadline {
                guard Self.now() >= killDeadline else { continue }
                log.write(.fatal, "Child \(child) does not end, even by SIGKILL. It is stuck in the kernel")
                return 128 + SIGKILL
            }
            if let graceDeadline, Self.now() >= graceDeadline {
                log.write(.warning, "Child did not end within its grace period, sending SIGKILL")
                _ = signalChild(SIGKILL)
                killDeadline = Self.now() + Self.killLimit
            }
        }
    }

    /// The next signal; `nil` when the deadline passes, or for no reason at all.
    func nextSignal(before deadline: Int64?) -> Int32? {
        var signal: Int32 = 0
        let timeout = deadline.map { max(0, $0 - Self.now()) } ?? -1
        return clinux_signal_wait(waited.bits, timeout, &signal) == 0 ? signal : nil
    }

    private mutating func forward(_ received: Int32) {
        let signal = options.translatedSignals[received] ?? received
        log.write(.debug, "Passing signal: '\(SignalName.text(of: signal))'")
        switch signalChild(signal) {
        case 0: break
        case ESRCH: log.write(.warning, "Child was dead when forwarding signal")
        // A child that changed its user id. Ending for that would take the whole container down.
        case let error:
            log.write(.warning, "Forwarding \(SignalName.text(of: signal)) failed: \(Self.describe(error))")
        }
        if signal == SIGTERM || signal == SIGINT, graceDeadline == nil, let grace = options.grace {
            graceDeadline = Self.now() + grace.nanoseconds
        }
    }

    /// Sends to the child, or to its group with `-g`. Returns 0 or an errno value.
    private func signalChild(_ signal: Int32) -> Int32 {
        if options.signalsGroup {
            if kill(-child, signal) == 0 { return 0 }
            // No such group: the child has moved to another one.
            guard errno == ESRCH else { return errno }
        }
        return kill(child, signal) == 0 ? 0 : errno
    }

    /// Takes in every process that has ended. Returns whether there are children left.
    @discardableResult
    mutating func reap() -> Bool {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, WNOHANG)
            switch pid {
            case 0:
                log.write(.trace, "No child to reap")
                return true
            case -1 where errno == EINTR:
                continue
            case -1:
                log.write(.trace, "No child to wait")
                return false
            case child:
                log.write(.debug, "Reaped child with pid: '\(pid)'")
                childStatus = status
            default:
                log.write(.debug, "Reaped child with pid: '\(pid)'")
                if options.warnsOnReap { log.write(.warning, "Reaped zombie process with pid=\(pid)") }
            }
        }
    }

    private func exitStatus(of status: Int32) -> Int32 {
        let signal = status & 0x7f
        if signal == 0 {
            let code = (status >> 8) & 0xff
            log.write(.information, "Main child exited normally (with status '\(code)')")
            return code
        }
        log.write(
            .information, "Main child exited with signal (with signal '\(SignalName.text(of: signal))')")
        return 128 + signal
    }

    // MARK: - Endings

    /// Says why the child never became the command, and returns the exit status for that.
    private func explain(_ failure: clinux_spawn_failure, of command: borrowing ChildCommand) -> Int32 {
        let reason = Self.describe(failure.error)
        guard failure.stage == CLINUX_SPAWN_EXEC.rawValue else {
            log.write(.fatal, "\(Self.action(failure.stage)) failed: \(reason)")
            return 1
        }
        let hint =
            failure.error == ENOENT && command.exists
            ? " (the file is there: its interpreter or dynamic loader is not)" : ""
        log.write(.fatal, "exec \(command.name) failed: \(reason)\(hint)")
        switch failure.error {
        case ENOENT: return 127
        case EACCES: return 126
        default: return 1
        }
    }

    /// A script that started this init goes on reading from the terminal, and must not find itself in the
    /// background. (An interactive shell sees to that by itself.)
    private func takeTerminalBack() {
        let foreground = tcgetpgrp(STDIN_FILENO)
        guard foreground > 1, foreground != getpgrp() else { return }
        let isAbandoned = kill(-foreground, 0) < 0 && errno == ESRCH
        if foreground == child || isAbandoned { tcsetpgrp(STDIN_FILENO, getpgrp()) }
    }

    private static func action(_ stage: Int32) -> String {
        switch UInt32(bitPattern: stage) {
        case CLINUX_SPAWN_FORK.rawValue: "fork"
        case CLINUX_SPAWN_GROUP.rawValue: "setpgid"
        case CLINUX_SPAWN_EXEC.rawValue: "exec"
        default: "preparing the child"
        }
    }

    static func describe(_ error: Int32) -> String {
        guard let text = strerror(error) else { return "error \(error)" }
        return String(cString: text)
    }

    /// Monotonic time in nanoseconds.
    static func now() -> Int64 { clinux_monotonic_ns() }
}

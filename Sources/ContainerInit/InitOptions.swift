internal import Glibc

/// How the init treats its child and what that leaves behind. Each option is tini's unless it says so.
public struct InitOptions: Sendable, Equatable {
    /// `-s`, `TINI_SUBREAPER`: adopt orphaned descendants where this process is not PID 1.
    public var isSubreaper = false
    /// `-p SIGNAL`: what the kernel sends to the init when its own parent ends. The init forwards it.
    public var parentDeathSignal: Int32?
    /// `-v`, `TINI_VERBOSITY`: 0 fatal errors, 1 warnings, 2 information, 3 debugging, 4 traces.
    public var verbosity = 1
    /// `-w`: warn of each orphan that is reaped.
    public var warnsOnReap = false
    /// `-g`, `TINI_KILL_PROCESS_GROUP`: forward signals to the child's process group.
    public var signalsGroup = false
    /// `-e CODE`: exit statuses that become 0.
    public var successStatuses: Set<Int32> = []
    /// `--grace`, `KINKAJOU_INIT_GRACE` (not in tini): how long the child may take to end after SIGTERM
    /// or SIGINT before SIGKILL. `nil`: for ever.
    public var grace: Duration?
    /// `--linger`, `KINKAJOU_INIT_LINGER` (not in tini): how long what the child left behind may take to
    /// end after SIGTERM before SIGKILL. `nil`: it is left alone.
    public var linger: Duration? = .seconds(2)
    /// Signals that the child gets as others (not in tini).
    public var translatedSignals: [Int32: Int32] = [:]
    /// The name under which messages appear, such as `tini`.
    public var programName = "kinkajou-init"

    /// tini's defaults, and two seconds for what the child leaves behind.
    public init() {}
}

extension InitOptions {
    /// The options of an init whose child is Kinkajou's own supervisor: it adopts orphans wherever it runs, and speaks as
    /// the program that was called.
    public static func ofSupervisor(grace: Duration?, linger: Duration?) -> InitOptions {
        var options = InitOptions()
        options.programName = "kinkajou"
        options.isSubreaper = true
        options.grace = grace
        // What halts systemd (systemd(1)) is the STOPSIGNAL of node images, with which runtimes stop a container.
        options.translatedSignals = [SignalName.realTime.lowerBound + 3: SIGTERM]
        options.linger = linger
        return options
    }
}

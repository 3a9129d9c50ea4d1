public import Doctor
public import EnginePlan
public import Linux

/// How a session runs.
public struct DindOptions: Sendable {
    /// What is asked of the plan.
    public var settings: DindSettings
    /// The user's command with its arguments; empty: serve until stopped.
    public var command: [NativeString]
    /// How long dockerd may take to answer.
    public var readyTimeout: Duration
    /// How long the whole teardown may take.
    public var grace: Duration
    /// Where dockerd's log goes.
    public var logPath: String
    /// Whether dockerd's log goes to stderr as well.
    public var copiesLogToStderr: Bool
    /// Names and addresses for the certificate of the TLS port, beside the container's own.
    public var tlsNames: [String]
    /// Whether the exit status of a session without a command is 0 after an orderly stop, instead of 128 and the
    /// signal's number.
    public var exitsZeroOnStop: Bool
    /// The pages that tell how far the engine is; nil: nobody asks.
    public var status: EngineStatus?
    /// What is run: the checks before the start differ.
    public var purpose: Purpose
    /// Whether nothing is said of what the checks before the start find.
    public var isQuiet: Bool

    /// Options for a session.
    public init(
        settings: DindSettings, command: [NativeString], readyTimeout: Duration, grace: Duration,
        logPath: String,
        copiesLogToStderr: Bool, tlsNames: [String], exitsZeroOnStop: Bool = false,
        status: EngineStatus? = nil,
        purpose: Purpose = .dind, isQuiet: Bool = false
    ) {
        self.settings = settings
        self.command = command
        self.readyTimeout = readyTimeout
        self.grace = grace
        self.logPath = logPath
        self.copiesLogToStderr = copiesLogToStderr
        self.tlsNames = tlsNames
        self.exitsZeroOnStop = exitsZeroOnStop
        self.status = status
        self.purpose = purpose
        self.isQuiet = isQuiet
    }
}

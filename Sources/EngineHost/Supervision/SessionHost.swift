public import Linux
public import Values

/// What a session runs in: a container made fit, and the engine in it. It is built up in stages, and taken down from
/// whatever stage was reached.
public protocol SessionHost: Actor {
    /// Reads the facts, makes the plan, and carries it out.
    func prepare() async throws
    /// Starts the engine and waits until it answers.
    func start() async throws
    /// Whether there is an engine to stop.
    var hasEngine: Bool { get }
    /// What is said when the engine is all that was asked for.
    var readyNotice: String { get }
    /// Identifiers of the checks that have found something.
    var foundChecks: [String] { get }
    /// Returns when the engine is lost for good, with the error; never while it can be brought back.
    func supervise(report: @escaping @Sendable (String) -> Void) async -> KinkajouError?
    /// What the user's command finds in its environment.
    func commandEnvironment() -> [String: String]
    /// The cgroup namespace for the user's command.
    func commandNamespace() async -> CgroupNamespace?
    /// Takes everything down, last first. The result says what is left or did not go as it should.
    func tearDown(budget: StopBudget) async -> [String]
}

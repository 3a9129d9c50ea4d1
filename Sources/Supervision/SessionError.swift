public import PodPlan

/// Why a session ended before its command did: what failed, what to do, and with which exit status.
public struct SessionError: Error, Sendable, Equatable {
    /// What failed and why, in a line.
    public var summary: String
    /// What to do about it.
    public var cure: String
    /// The evidence: the last lines of a log.
    public var evidence: [String] = []
    /// The exit status.
    public var exitCode: ProgramExitCode

    /// An error from its parts.
    public init(_ summary: String, cure: String, evidence: [String] = [], exitCode: ProgramExitCode) {
        self.summary = summary
        self.cure = cure
        self.evidence = evidence
        self.exitCode = exitCode
    }

    /// The lines for a person.
    public var lines: [String] {
        evidence.map { "  | \($0)" } + ["error: \(summary)", "  cure: \(cure)"]
    }
}

public import Values

/// Why something could not be done with the nodes of a cluster.
public struct ClusterNodesError: ReportableError, Sendable, Equatable {
    /// What failed and why, in a line.
    public var summary: String
    /// What to do about it.
    public var cure: String
    /// The exit status.
    public var exitCode: ProgramExitCode

    /// An error from its parts.
    public init(_ summary: String, cure: String, exitCode: ProgramExitCode) {
        self.summary = summary
        self.cure = cure
        self.exitCode = exitCode
    }

    /// What failed, and what to do.
    public var description: String { "\(summary) (cure: \(cure))" }
}

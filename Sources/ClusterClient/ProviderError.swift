/// Why something with a cluster did not work: what failed, and what to do.
public struct ProviderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed and why, in a line.
    public var summary: String
    /// What to do about it.
    public var cure: String
    /// The evidence: events, the last lines of a log.
    public var evidence: [String]
    /// The command that explains it further; nil where there is none.
    public var see: String?
    /// The exit status. kind's own commands end with 1 whatever went wrong.
    public var exitCode: Int32

    /// An error from its parts.
    public init(_ summary: String, cure: String, evidence: [String] = [], exitCode: Int32 = 1) {
        self.summary = summary
        self.cure = cure
        self.evidence = evidence
        self.exitCode = exitCode
    }

    /// What failed and why.
    public var description: String { summary }

    /// No cluster has this name.
    public static func unknownCluster(_ name: String, at place: String) -> ProviderError {
        ProviderError(
            "there is no cluster \"\(name)\" in \(place)",
            cure: "`kinkajou get clusters` lists them; -n, --context and --provider say where to look")
    }
}

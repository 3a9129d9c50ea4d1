/// What a person is told when something did not work: what failed and why, what was seen, and what to do about it.
public struct KinkajouError: Error, Codable, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is; the exit status follows from it.
    public var code: ErrorCode
    /// What failed and why, in a line.
    public var summary: String
    /// What was seen: events, the last lines of a log.
    public var evidence: [String]
    /// What to do about it; empty where nobody knows.
    public var cure: String
    /// The command that explains it further; nil where there is none.
    public var see: String?
    /// The error beneath it, as that describes itself; nil where the summary has all of it.
    public var cause: String?

    /// An error from its parts.
    public init(
        _ summary: String, cure: String, evidence: [String] = [], code: ErrorCode = .failed,
        see: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.summary = summary
        self.evidence = evidence
        self.cure = cure
        self.see = see
        self.cause = cause.map { "\($0)" }
    }

    /// The error for a person that any error comes to: the one place where errors of the modules are converted.
    ///
    /// - Parameter code: What it counts as where it does not say so itself.
    public init(describing error: any Error, code: ErrorCode = .failed) {
        switch error {
        case let error as KinkajouError: self = error
        case let error as any ReportableError: self = error.report
        default: self.init("\(error)", cure: "", code: code)
        }
    }

    /// What failed and why.
    public var description: String { summary }

    /// The lines for a person: evidence first, so that what counts is what is read last.
    public var lines: [String] {
        var lines = evidence.map { "  | \($0)" } + ["error: \(summary)"]
        if let cause, !summary.contains(cause) { lines.append("  from: \(cause)") }
        if !cure.isEmpty { lines.append("  cure: \(cure)") }
        if let see { lines.append("  see:  \(see)") }
        return lines
    }

    /// ``lines`` as text to be written.
    public var text: String { lines.map { $0 + "\n" }.joined() }
}

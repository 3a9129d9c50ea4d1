/// What is shown of a cluster that failed, and what is known of it beside the words.
struct FailureEvidence: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// For a person, the most telling first.
    var lines: [String]
    /// The parts of the control plane that crash, such as `etcd`.
    var crashing: [String]

    /// Evidence from its parts.
    init(_ lines: [String], crashing: [String] = []) {
        self.lines = lines
        self.crashing = crashing
    }

    /// Lines alone.
    init(arrayLiteral lines: String...) {
        self.init(lines)
    }

    /// First the one, then the other.
    static func + (left: FailureEvidence, right: FailureEvidence) -> FailureEvidence {
        FailureEvidence(left.lines + right.lines, crashing: left.crashing + right.crashing)
    }
}

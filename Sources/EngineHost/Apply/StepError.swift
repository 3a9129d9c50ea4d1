public import Values

/// A step of the plan that failed.
public struct StepError: ReportableError, Sendable {
    /// What was to be done, in words.
    public var step: String
    /// Why it was needed.
    public var reason: String
    /// What went wrong.
    public var failure: String
    /// What to do about it.
    public var cure: String

    /// The cure for an errno value.
    static func cure(for errorNumber: Int32?) -> String {
        FailureCure.of(errorNumber) ?? "kinkajou dind --dry-run shows the whole plan and the facts behind it"
    }

    /// One error for several ways that were tried in turn: the first was the one to go, and the others are named with
    /// it. nil: none was tried.
    static func of(_ failures: [StepError]) -> StepError? {
        guard let first = failures.first else { return nil }
        var error = first
        for other in failures.dropFirst() where other.failure != first.failure {
            error.failure += "; then \(other.step) failed: \(other.failure)"
        }
        return error
    }

    /// What failed, why, and what to do.
    public var report: KinkajouError {
        KinkajouError(
            "\(step) failed: \(failure) (needed because \(reason))", cure: cure, code: .stepFailed)
    }
}

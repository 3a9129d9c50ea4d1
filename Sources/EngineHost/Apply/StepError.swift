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

    /// What failed, why, and what to do.
    public var report: KinkajouError {
        KinkajouError(
            "\(step) failed: \(failure) (needed because \(reason))", cure: cure, code: .stepFailed)
    }
}

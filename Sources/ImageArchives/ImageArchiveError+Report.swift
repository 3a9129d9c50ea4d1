public import Values

extension ImageArchiveError: ReportableError {
    /// What a person is told.
    public var report: KinkajouError { KinkajouError(summary, cure: cure) }
}

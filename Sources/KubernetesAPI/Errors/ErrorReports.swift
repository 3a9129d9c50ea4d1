public import Values

extension KubernetesError: ReportableError {
    /// What a person is told: the description has the cure in it.
    public var report: KinkajouError {
        if case .timeout = self { return KinkajouError("\(self)", cure: "", code: .timedOut) }
        return KinkajouError("\(self)", cure: "")
    }
}

extension KubeconfigError: ReportableError {
    /// What a person is told.
    public var report: KinkajouError { KinkajouError(summary, cure: cure) }
}

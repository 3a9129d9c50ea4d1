public import Values

extension DockerEngineError: ReportableError {
    /// What a person is told: the description has the cure in it.
    public var report: KinkajouError {
        if case .timeout = self { return KinkajouError("\(self)", cure: "", code: .timedOut) }
        return KinkajouError("\(self)", cure: "", code: .engineFailed)
    }
}

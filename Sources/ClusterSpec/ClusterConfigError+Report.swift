public import Values

extension ClusterConfigError: ReportableError {
    /// What a person is told: one problem as it is, several as evidence.
    public var report: KinkajouError {
        guard problems.count > 1 else { return KinkajouError(description, cure: "", code: .usage) }
        return KinkajouError(
            "the cluster's configuration has \(problems.count) problems", cure: "correct them",
            evidence: problems.map(\.description), code: .usage)
    }
}

internal import Doctor
internal import KubernetesAPI
internal import Values

/// Says in plain words why the host cluster refused something.
enum HostClusterError {
    /// The error for a person. What is no error of the host cluster's stays as it is.
    static func explanation(
        of error: any Error, doing: String, place: String, namespace: String
    ) -> any Error {
        guard let error = error as? KubernetesError else { return error }
        guard let status = error.status,
            let refusal = HostClusterRefusal(code: status.code, message: status.message)
        else {
            let report = error.report
            return KinkajouError(
                "cannot \(doing) in \(place): \(report.summary)",
                cure: report.cure.isEmpty
                    ? "see that the host cluster answers: `kubectl get nodes`" : report.cure,
                code: report.code)
        }
        return KinkajouError(
            "cannot \(doing) in \(place): \(refusal.summary(namespace: namespace))",
            cure: refusal.cure(namespace: namespace), evidence: [status.message], code: error.report.code,
            see: Check.named(refusal.check)?.command(in: .kubernetes))
    }
}

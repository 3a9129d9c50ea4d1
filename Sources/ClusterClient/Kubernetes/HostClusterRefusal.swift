internal import KubernetesAPI
internal import Values

/// Says in plain words why the host cluster refused something.
enum HostClusterRefusal {
    /// The error for a person. What is no error of the host cluster's stays as it is.
    static func explanation(of error: any Error, doing: String, place: String) -> any Error {
        guard let error = error as? KubernetesError else { return error }
        let text = "\(error)"
        let cure: String
        if error.isQuotaExceeded {
            cure =
                "delete clusters that are not needed, lower --cpu, --memory or --storage, or ask for a larger quota"
        } else if error.isAdmissionRefusal || text.contains("violates PodSecurity")
            || text.contains("pod security policy")
        {
            cure =
                "clusters need a privileged Pod: kubectl label namespace NAMESPACE "
                + "pod-security.kubernetes.io/enforce=privileged, or use another namespace with -n"
        } else if error.isUnauthorized {
            cure = "log in to the host cluster again: its credentials in the kubeconfig are not accepted"
        } else if error.isForbidden {
            cure = "give the user the Role in deploy/rbac.yaml: `kubectl apply -f deploy/rbac.yaml`"
        } else if text.contains("namespaces") && error.isNotFound {
            cure = "create the namespace, or name another one with -n"
        } else {
            cure = "see that the host cluster answers: `kubectl get nodes`"
        }
        return KinkajouError("cannot \(doing) in \(place): \(text)", cure: cure, code: error.report.code)
    }
}

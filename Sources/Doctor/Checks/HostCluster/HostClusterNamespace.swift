extension Check {
    static let kubernetesNamespace = Check(
        "kube-namespace", "The namespace is there",
        why: "Pods are made in it.",
        explanation:
            "`GET /api/v1/namespaces/NAME`: that of `--namespace`, else of the kubeconfig's context, else `default`; and that it is not being deleted.",
        cure: "kubectl create namespace NAMESPACE"
    ) { (facts: HostClusterFacts) in
        let source = "GET /api/v1/namespaces/\(facts.namespace)"
        guard facts.hasNamespace else {
            return [
                .error(
                    "\(facts.namespace) is not there", from: source,
                    cure: "kubectl create namespace \(facts.namespace)")
            ]
        }
        guard !facts.isTerminating else {
            let refusal = HostClusterRefusal.namespaceTerminating(name: facts.namespace)
            return [
                .error(
                    "\(facts.namespace) is being deleted", from: source,
                    cure: refusal.cure(namespace: facts.namespace))
            ]
        }
        return [.ok(facts.namespace, from: source)]
    }
}

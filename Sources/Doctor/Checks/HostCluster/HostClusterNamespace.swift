extension Check {
    static let kubernetesNamespace = Check(
        "kube-namespace", "The namespace is there",
        why: "Pods are made in it.",
        explanation:
            "`GET /api/v1/namespaces/NAME`: that of `--namespace`, else of the kubeconfig's context, else `default`.",
        cure: "kubectl create namespace NAMESPACE",
        symptoms: ["namespaces \""]
    ) { (facts: HostClusterFacts) in
        let source = "GET /api/v1/namespaces/\(facts.namespace)"
        guard !facts.hasNamespace else { return [.ok(facts.namespace, from: source)] }
        return [
            .error(
                "\(facts.namespace) is not there", from: source,
                cure: "kubectl create namespace \(facts.namespace)")
        ]
    }
}

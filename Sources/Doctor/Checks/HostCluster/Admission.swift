extension Check {
    static let admission = Check(
        "kube-admission", "The Pod is let in",
        why: "Policies, quotas and webhooks refuse Pods; a privileged one is what they look for.",
        explanation: """
            A dry run of the Pod that `kinkajou manifest` writes (`POST .../pods?dryRun=All`): the server does everything but \
            keep it. What it says is what is found. Webhooks that have not said that they know dry runs refuse them.
            """,
        cure:
            "another namespace (--namespace), or: kubectl label namespace NAMESPACE"
            + " pod-security.kubernetes.io/enforce=privileged --overwrite",
        symptoms: ["admission webhook", "violates podsecurity"],
        references: ["https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run"]
    ) { (facts: HostClusterFacts) in
        let source = "POST /api/v1/namespaces/\(facts.namespace)/pods?dryRun=All"
        guard let refusal = facts.refusal else { return [.ok("it is", from: source)] }
        return [
            .error(
                refusal, from: source,
                cure: "another namespace (--namespace), or: kubectl label namespace \(facts.namespace)"
                    + " pod-security.kubernetes.io/enforce=privileged --overwrite")
        ]
    }
}

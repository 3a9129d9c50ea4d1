extension Check {
    static let admission = Check(
        "kube-admission", "The Pod is let in",
        why: "Policies, quotas and webhooks refuse Pods; a privileged one is what they look for.",
        explanation: """
            A dry run of the Pod that `kinkajou manifest` writes (`POST .../pods?dryRun=All`): the server does everything but \
            keep it. What refuses it is told apart: Pod Security, a quota (with what is left), a limit range, an admission policy, \
            a webhook, a permission, a namespace that goes. Webhooks that have not said that they know dry runs refuse them.
            """,
        cure:
            "another namespace (--namespace), or: kubectl label namespace NAMESPACE"
            + " pod-security.kubernetes.io/enforce=privileged --overwrite",
        references: ["https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run"]
    ) { (facts: HostClusterFacts) in
        let source = "POST /api/v1/namespaces/\(facts.namespace)/pods?dryRun=All"
        guard let message = facts.refusal else { return [.ok("it is", from: source)] }
        guard let refusal = HostClusterRefusal(code: 403, message: message) else {
            return [.error(message, from: source)]
        }
        return [
            .error(
                refusal.summary(namespace: facts.namespace), from: source,
                cure: refusal.cure(namespace: facts.namespace))
        ]
    }
}

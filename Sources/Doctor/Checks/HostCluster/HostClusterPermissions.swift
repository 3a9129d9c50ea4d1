extension Check {
    static let kubernetesPermissions = Check(
        "kube-permissions", "The user may do what is needed",
        why: "Clusters are Pods: they are made, watched, spoken to and deleted.",
        explanation: """
            A SelfSubjectAccessReview for each of: create, get, list, watch, delete `pods`; create `pods/exec` and \
            `pods/portforward`; get `pods/log`; and, for the other checks, get `namespaces`, list `resourcequotas`, \
            `limitranges` and `nodes`. What only the checks need is no more than an information.
            """,
        cure: "kubectl create rolebinding kinkajou --clusterrole=edit --user=... -n NAMESPACE"
    ) { (facts: HostClusterFacts) in
        let source = "SelfSubjectAccessReview in \(facts.namespace)"
        let denied = facts.permissions.filter { !$0.isAllowed }
        guard !denied.isEmpty else { return [.ok("\(facts.permissions.count) permissions", from: source)] }
        let needed = denied.filter { $0.resource.hasPrefix("pods") }
        let others = denied.filter { !$0.resource.hasPrefix("pods") }
        var findings: [Finding] = []
        if !needed.isEmpty {
            findings.append(
                .error(
                    "not allowed: " + needed.map { "\($0.verb) \($0.resource)" }.joined(separator: ", "),
                    from: source,
                    cure:
                        "kubectl create rolebinding kinkajou --clusterrole=edit --user=... -n \(facts.namespace)"
                ))
        }
        if !others.isEmpty {
            findings.append(
                .info(
                    "not allowed, so not checked: "
                        + others.map { "\($0.verb) \($0.resource)" }.joined(separator: ", "),
                    from: source))
        }
        return findings
    }
}

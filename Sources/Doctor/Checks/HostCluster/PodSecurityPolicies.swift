extension Check {
    static let podSecurityPolicies = Check(
        "kube-pod-security-policy", "A policy lets privileged Pods in",
        why: "Where there are PodSecurityPolicies one of them has to let the Pod in.",
        explanation:
            "The cluster's PodSecurityPolicies (1.24 and older), and which of them this user may use.",
        cure: "let the namespace's service accounts use a privileged policy (verb use)"
    ) { (facts: HostClusterFacts) in
        let source = "GET /apis/policy/v1beta1/podsecuritypolicies"
        guard !facts.policies.isEmpty else { return [.ok("none", from: source)] }
        let usable = facts.policies.filter { $0.isUsable && $0.allowsPrivileged }
        guard usable.isEmpty else { return [.ok(usable.map(\.name).joined(separator: ", "), from: source)] }
        // The admission plug-in may be off, and the Pod's own service account may be allowed more.
        return [
            .warning(
                "none of \(facts.policies.map(\.name).joined(separator: ", ")) lets this user make privileged Pods",
                from: source)
        ]
    }
}

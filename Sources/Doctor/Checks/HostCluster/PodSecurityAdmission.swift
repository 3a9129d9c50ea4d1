extension Check {
    static let podSecurityAdmission = Check(
        "kube-pod-security", "Privileged Pods are let in",
        why:
            "A nested engine needs a privileged container, and the levels baseline and restricted refuse those.",
        explanation: """
            The namespace's label `pod-security.kubernetes.io/enforce` (Pod Security admission, 1.23 and newer): `privileged`, \
            or none where the cluster has no stricter default. `warn` and `audit` let Pods in. A default that is set in the API \
            server's configuration is not to be seen from outside; `--probe` finds it.
            """,
        cure: "kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=privileged --overwrite",
        references: ["https://kubernetes.io/docs/concepts/security/pod-security-admission/"], isSlow: false
    ) { (facts: HostClusterFacts) in
        let key = "pod-security.kubernetes.io/"
        let source = "the labels of the namespace \(facts.namespace)"
        let cure = "kubectl label namespace \(facts.namespace) \(key)enforce=privileged --overwrite"
        let enforced = facts.namespaceLabels[key + "enforce"]
        if let enforced, enforced != "privileged" {
            return [.error("\(key)enforce is \(enforced)", from: source, cure: cure)]
        }
        let told = ["warn", "audit"].compactMap { mode in
            facts.namespaceLabels[key + mode].flatMap { $0 == "privileged" ? nil : "\(mode) is \($0)" }
        }
        guard told.isEmpty else {
            return [.info("\(told.joined(separator: ", ")): Pods are let in", from: source)]
        }
        return [.ok(enforced.map { "enforce is \($0)" } ?? "no label", from: source)]
    }
}

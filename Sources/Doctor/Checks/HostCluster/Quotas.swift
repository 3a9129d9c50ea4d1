internal import Values

extension Check {
    static let quotas = Check(
        "kube-quota", "The quota has room",
        why: "A Pod over the namespace's quota is refused.",
        explanation: """
            Every ResourceQuota of the namespace: what is left of `pods`, `requests.*` and `limits.*` against what the Pod of \
            `kinkajou manifest` asks for.
            """,
        cure: "delete what is not needed, or kubectl edit resourcequota NAME -n NAMESPACE",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "GET /api/v1/namespaces/\(facts.namespace)/resourcequotas"
        guard !facts.quotas.isEmpty else { return [.ok("no quota", from: source)] }
        var wanted = ["pods": "1", "count/pods": "1"]
        for (name, amount) in facts.needs.requests {
            wanted["requests." + name] = amount
            wanted[name] = amount
        }
        for (name, amount) in facts.needs.limits { wanted["limits." + name] = amount }
        let short = facts.quotas.flatMap { quota in
            quota.hard.sorted { $0.key < $1.key }.compactMap { name, hard -> Finding? in
                guard let need = wanted[name].flatMap({ Quantity($0) }), let most = Quantity(hard) else {
                    return nil
                }
                let used = quota.used[name].flatMap { Quantity($0) } ?? Quantity(0)
                guard used.value + need.value > most.value else { return nil }
                let shortage = HostClusterRefusal.Shortage(
                    resource: name, requested: wanted[name] ?? "", used: quota.used[name] ?? "0",
                    limited: hard)
                return .error(
                    "\(quota.name): \(name) is \(shortage.used) of \(hard), and \(shortage.requested) more are needed",
                    from: source,
                    cure: HostClusterRefusal.quota(name: quota.name, shortages: [shortage])
                        .cure(namespace: facts.namespace))
            }
        }
        return short.isEmpty ? [.ok(facts.quotas.map(\.name).joined(separator: ", "), from: source)] : short
    }
}

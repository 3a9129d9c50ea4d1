internal import Values

extension Check {
    static let limitRanges = Check(
        "kube-limit-range", "The limit ranges let the Pod in",
        why: "A container that asks for more than the most is refused.",
        explanation:
            "`max` and `min` for containers and Pods of every LimitRange of the namespace, against the Pod of `kinkajou manifest`.",
        cure: "kinkajou manifest --cpu and --memory with less, or another namespace",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "GET /api/v1/namespaces/\(facts.namespace)/limitranges"
        let ranges = facts.limitRanges.filter { ["Container", "Pod"].contains($0.type) }
        guard !ranges.isEmpty else { return [.ok("no limit range", from: source)] }
        let refused = ranges.flatMap { range -> [Finding] in
            let over = range.max.sorted { $0.key < $1.key }.compactMap { name, most -> Finding? in
                guard let limit = facts.needs.limits[name], let asked = Quantity(limit),
                    let bound = Quantity(most),
                    asked > bound
                else { return nil }
                return .error(
                    "\(range.name): at most \(most) \(name), and \(limit) are asked for", from: source)
            }
            let under = range.min.sorted { $0.key < $1.key }.compactMap { name, least -> Finding? in
                guard let request = facts.needs.requests[name], let asked = Quantity(request),
                    let bound = Quantity(least), asked < bound
                else { return nil }
                return .error(
                    "\(range.name): at least \(least) \(name), and \(request) are asked for", from: source)
            }
            return over + under
        }
        return refused.isEmpty ? [.ok(ranges.map(\.name).joined(separator: ", "), from: source)] : refused
    }
}

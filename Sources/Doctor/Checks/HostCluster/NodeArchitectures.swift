extension Check {
    static let nodeArchitectures = Check(
        "kube-node-architecture", "The nodes have the image's architecture",
        why: "A program for another processor ends with exec format error.",
        explanation:
            "`architecture` of the nodes that take Pods, against that of the image; of this program where none is known.",
        cure: "use an image for the nodes, or in the Pod: nodeSelector: {kubernetes.io/arch: amd64}",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "nodeInfo of GET /api/v1/nodes"
        let there = Set(facts.openNodes.map(\.architecture)).subtracting([""]).sorted()
        guard let wanted = facts.needs.architecture, !there.isEmpty else {
            return [.ok(there.joined(separator: ", "), from: source)]
        }
        guard there.contains(wanted) else {
            return [
                .error(
                    "\(there.joined(separator: ", ")), and the image is for \(wanted)", from: source,
                    cure: "use an image for \(there[0])")
            ]
        }
        guard there.count > 1 else { return [.ok(wanted, from: source)] }
        return [
            .warning(
                "\(there.joined(separator: " and ")), and the image is for \(wanted)", from: source,
                cure: "in the Pod: nodeSelector: {kubernetes.io/arch: \(wanted)}")
        ]
    }
}

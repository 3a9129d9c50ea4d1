extension Check {
    static let nodePressure = Check(
        "kube-node-pressure", "No node is under pressure",
        why: "A kubelet under pressure evicts Pods, and takes no new ones.",
        explanation: "The conditions MemoryPressure, DiskPressure and PIDPressure of every node.",
        cure: "kubectl describe node NODE; free disk, or move Pods away",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "conditions of GET /api/v1/nodes"
        let pressed = facts.nodes.filter { !$0.pressures.isEmpty }
        guard !pressed.isEmpty else { return [.ok("none", from: source)] }
        return pressed.map { node in
            .warning(
                "\(node.name): \(node.pressures.joined(separator: ", "))", from: source,
                cure: "kubectl describe node \(node.name); free disk, or move Pods away")
        }
    }
}

extension Check {
    static let nodesReady = Check(
        "kube-nodes", "A node takes Pods",
        why: "The Pod needs a node that is Ready and not closed by a taint or a cordon.",
        explanation:
            "The condition Ready, `spec.unschedulable`, and taints NoSchedule and NoExecute of every node.",
        cure: "kubectl get nodes; kubectl uncordon NODE; kubectl taint nodes NODE KEY-",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "GET /api/v1/nodes"
        guard !facts.nodes.isEmpty else { return [.info("not allowed to look", from: source)] }
        let open = facts.openNodes
        let found = "\(open.count) of \(facts.nodes.count) take Pods"
        guard open.isEmpty else { return [.ok(found, from: source)] }
        return [
            .error(
                found, from: source)
        ]
    }
}

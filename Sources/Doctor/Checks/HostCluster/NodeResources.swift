internal import Values

extension Check {
    static let nodeResources = Check(
        "kube-node-resources", "A node is large enough",
        why:
            "A Pod that no node has room for stays Pending; a limit above the node's memory protects nobody.",
        explanation: """
            The allocatable cpu, memory and ephemeral-storage of the nodes that take Pods, against the Pod's requests (an error \
            where no node has as much) and its memory limit. What other Pods use is not counted.
            """,
        cure: "add a larger node, or ask for less: --cpu and --memory",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "allocatable of GET /api/v1/nodes"
        let open = facts.openNodes
        guard !open.isEmpty else { return [.info("no node to look at", from: source)] }
        func holds(_ node: HostClusterFacts.Node, _ amounts: [String: String]) -> Bool {
            amounts.allSatisfy { name, amount in
                guard let asked = Quantity(amount),
                    let there = node.allocatable[name].flatMap({ Quantity($0) })
                else {
                    return true
                }
                return asked <= there
            }
        }
        let asked = facts.needs.requests.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
        guard open.contains(where: { holds($0, facts.needs.requests) }) else {
            return [
                .error(
                    "no node has \(asked)", from: source,
                    cure: "add a larger node, or kinkajou manifest with less")
            ]
        }
        let memory = facts.needs.limits.filter { $0.key == "memory" }
        guard open.contains(where: { holds($0, memory) }) else {
            return [
                .warning(
                    "no node has as much memory as the limit, \(memory["memory"] ?? "")", from: source,
                    cure: "kinkajou manifest --memory with less, or a larger node")
            ]
        }
        let fitting = open.count { holds($0, facts.needs.requests) }
        return [.ok("\(fitting) of \(open.count) nodes have \(asked)", from: source)]
    }
}

extension Check {
    static let nodeKernels = Check(
        "kube-node-kernel", "The nodes' kernels are new enough",
        why: "Overlay in overlay, cgroup namespaces and nested runtimes need a kernel of this decade.",
        explanation: "`kernelVersion` of every node: 4.19 or newer; cgroup version 2 wants 5.8.",
        cure: "update the node, or keep Pods off it with a nodeSelector",
        isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "nodeInfo of GET /api/v1/nodes"
        let old = facts.nodes.filter { node in
            let numbers = node.kernel.split(separator: ".").prefix(2).map {
                Int($0.prefix { $0.isNumber }) ?? 0
            }
            return numbers.count == 2 && (numbers[0], numbers[1]) < (4, 19)
        }
        guard !old.isEmpty else {
            return [.ok(Set(facts.nodes.map(\.kernel)).sorted().joined(separator: ", "), from: source)]
        }
        return old.map { node in
            .warning(
                "\(node.name) has \(node.kernel)", from: source)
        }
    }
}

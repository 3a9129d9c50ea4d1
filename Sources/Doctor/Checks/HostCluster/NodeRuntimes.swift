extension Check {
    static let nodeRuntimes = Check(
        "kube-node-runtime", "The nodes' runtimes are known to work",
        why:
            "Sandboxing runtimes change what privileged means; the exec into a container that has nested cgroups needs runc's fallback.",
        explanation:
            "`containerRuntimeVersion` of every node: containerd, cri-o or docker. RuntimeClasses are not looked at.",
        cure: "kinkajou doctor --target kubernetes --probe shows what Pods get there",
        references: ["kata#10733", "youki#3437"], isSlow: false
    ) { (facts: HostClusterFacts) in
        let source = "nodeInfo of GET /api/v1/nodes"
        let runtimes = Set(facts.nodes.map(\.runtime)).subtracting([""]).sorted()
        let odd = runtimes.filter { runtime in
            !["containerd://", "cri-o://", "docker://"].contains { runtime.hasPrefix($0) }
        }
        guard !odd.isEmpty else { return [.ok(runtimes.joined(separator: ", "), from: source)] }
        return [
            .advice(
                "\(odd.joined(separator: ", ")): not tried", from: source)
        ]
    }
}

internal import HostFacts

extension Check {
    static let oomGroup = Check(
        "oom-group", "One process out of memory ends alone", area: .resources,
        why:
            "Kubelets on cgroup version 2 have the kernel kill the whole container where one of its processes runs out"
            + " of memory: the cluster, the engine and the tests at once.",
        explanation:
            "`memory.oom.group` of the own cgroup; Kubernetes 1.28 and newer set it for every container.",
        cure: "a larger limits.memory; or singleProcessOOMKill: true of the kubelet on the node",
        references: ["k8s#117793"]
    ) { facts in
        let source = "memory.oom.group of the own cgroup"
        guard facts.host.resources.killsAsGroup else { return [.ok("alone", from: source)] }
        return [
            .advice(
                "the whole container is killed", from: source)
        ]
    }
}

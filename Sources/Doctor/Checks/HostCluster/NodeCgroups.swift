extension Check {
    static let nodeCgroups = Check(
        "kube-node-cgroups", "The nodes have one cgroup version",
        why: "A node image that runs on one version of cgroups need not run on the other.",
        explanation: """
            The API does not tell: `--probe` does. Kubelets of 1.35 and newer run on version 2 alone unless told otherwise.
            """,
        cure:
            "pick nodes of one kind with a nodeSelector; for node images from 1.35 on, boot the nodes"
            + " with systemd.unified_cgroup_hierarchy=1",
        references: ["KEP-4569"], purposes: Purpose.withKubernetes
    ) { (facts: HostClusterFacts) in
        let source = "a Pod on each node (--probe)"
        let known = facts.nodes.filter { $0.cgroupVersion != nil }
        let versions = Set(known.compactMap(\.cgroupVersion))
        guard !known.isEmpty else { return [.ok("not asked", from: source)] }
        if versions == [2] { return [.ok("version 2", from: source)] }
        if versions == [1] {
            return [
                .info(
                    "version 1: node images up to 1.34 with a systemd before 257", from: source,
                    cure: "use such a node image, or boot the nodes with systemd.unified_cgroup_hierarchy=1")
            ]
        }
        return [
            .warning(
                "version 1 on \(known.filter { $0.cgroupVersion == 1 }.map(\.name).joined(separator: ", ")), 2 on the others",
                from: source, cure: "pick nodes of one kind with a nodeSelector")
        ]
    }
}

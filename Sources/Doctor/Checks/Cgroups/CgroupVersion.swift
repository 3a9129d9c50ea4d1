internal import HostFacts

extension Check {
    static let cgroupVersion = Check(
        "cgroup-version", "New Kubernetes versions run here", area: .cgroups,
        why:
            "Kubelets of 1.35 and newer refuse cgroup version 1 unless told otherwise, and systemd 257 in newer node"
            + " images does not start on it.",
        explanation: """
            Version 1 is in maintenance since Kubernetes 1.31 (KEP-4569), and `failCgroupV1` is true by default from 1.35 on. \
            Older node images run on both.
            """,
        cure: "use such a node image, or boot the host with systemd.unified_cgroup_hierarchy=1",
        symptoms: ["kubelet is configured to not run on a host using cgroup v1"], references: ["KEP-4569"],
        purposes: [.cluster]
    ) { facts in
        guard case .v1 = facts.host.cgroupLayout else {
            return [.ok("version 2", from: "/proc/self/mountinfo")]
        }
        return [
            .advice(
                "version 1: node images up to 1.34 with a systemd before 257", from: "/proc/self/mountinfo")
        ]
    }
}

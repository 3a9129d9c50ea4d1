internal import HostFacts

extension Check {
    static let cgroupVersion = Check(
        "cgroup-version", "New Kubernetes versions run here", area: .cgroups,
        why:
            "Kubelets of 1.35 and newer refuse cgroup version 1 unless `failCgroupV1` is false, and systemd 257 in newer"
            + " node images does not start on it.",
        explanation: """
            Version 1 is in maintenance since Kubernetes 1.31 (KEP-4569), and `failCgroupV1` is true by default from 1.35 on \
            (KEP-5573). `kinkajou cluster` sets it to false where the node image is of such a version, and says so; a patch that \
            says otherwise is refused. Older node images run on both.
            """,
        cure:
            "failCgroupV1: false in a patch for KubeletConfiguration, which kinkajou cluster adds by itself; or boot the host"
            + " with systemd.unified_cgroup_hierarchy=1",
        references: ["KEP-4569", "KEP-5573"],
        purposes: Purpose.withKubernetes
    ) { facts in
        guard case .v1 = facts.host.cgroupLayout else {
            return [.ok("version 2", from: "/proc/self/mountinfo")]
        }
        return [
            .advice(
                "version 1: node images up to 1.34, later ones with failCgroupV1: false, and a systemd before 257",
                from: "/proc/self/mountinfo")
        ]
    }
}

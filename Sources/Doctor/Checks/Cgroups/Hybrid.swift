internal import HostFacts

extension Check {
    static let hybrid = Check(
        "cgroup-hybrid", "Only one cgroup version is mounted", area: .cgroups,
        why:
            "With version 1 and 2 side by side kubelets of 1.20 and 1.21 misread the mounts: cgroup-root does not exist.",
        explanation: """
            A cgroup2 mount at `/sys/fs/cgroup/unified` beside version 1, or no hierarchy `name=systemd`. The node image \
            `kinkajou/node` deals with both; `kinkajou dind` mounts `name=systemd` where it is missing. Other node images of \
            1.22 and newer read the mounts rightly.
            """,
        cure: "use kinkajou/node, or a node image of 1.22 or newer",
        references: ["kind#2440", "kata#2014"], purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/proc/self/mountinfo"
        guard case .v1(let hierarchies, let unified) = facts.host.cgroupLayout else {
            return [.ok("one version", from: source)]
        }
        var found: [String] = []
        if unified != nil { found.append("version 1 with version 2 beside it") }
        if !hierarchies.contains(where: { $0.name == "name=systemd" }) {
            found.append("version 1 without name=systemd, which kinkajou dind mounts")
        }
        guard !found.isEmpty else { return [.ok("version 1 alone", from: source)] }
        return [
            .advice(
                found.joined(separator: "; "), from: source)
        ]
    }
}

internal import HostFacts

extension Check {
    static let hostCgroups = Check(
        "host-cgroups", "The host's cgroups are not mounted into the container", area: .cgroups,
        why:
            "Kubelets and runtimes in here would see the host's Pods, take them for orphans, and end their processes.",
        explanation: """
            Mounts of `/sys/fs/cgroup` whose root is not the container's own cgroup, as a `hostPath` or \
            `-v /sys/fs/cgroup:/sys/fs/cgroup` makes them. `kinkajou dind` mounts the hierarchies anew in a namespace of its \
            own, or uses the own path in them.
            """,
        cure:
            "leave the hostPath or -v of /sys/fs/cgroup out; a privileged Pod on cgroup version 2 has it"
            + " by itself",
        references: ["kind#1614", "kind#759", "istio#16105"]
    ) { facts in
        let source = "/proc/self/mountinfo, /proc/self/cgroup"
        let hierarchies = facts.host.cgroupLayout.hierarchies
        let exposed = hierarchies.filter { hierarchy in
            hierarchy.ownPathInMount == nil || (hierarchy.root == "/" && hierarchy.ownPath != "/")
        }
        guard !exposed.isEmpty else { return [.ok("not mounted", from: source)] }
        return [
            .advice(
                "\(exposed.map(\.mountPoint).joined(separator: ", ")) shows more than this container's cgroup",
                from: source)
        ]
    }
}

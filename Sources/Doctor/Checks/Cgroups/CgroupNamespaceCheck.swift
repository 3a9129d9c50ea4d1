internal import EnginePlan
internal import HostFacts

extension Check {
    static let cgroupNamespace = Check(
        "cgroup-namespace", "The container's own cgroup is the root that it sees", area: .cgroups,
        why:
            "With the host's cgroup namespace dockerd's default parent lies outside of this container: limits do not"
            + " hold, and cgroups outlive it.",
        explanation: """
            `/proc/self/cgroup`: with a namespace of its own a container's paths are `/`. Privileged Pods on cgroup version 2 \
            get the host's namespace. `kinkajou dind` makes one of its own, or places nested cgroups below the own path.
            """,
        cure: "nothing to do under kinkajou dind; else docker run --cgroupns=private",
        references: ["moby#45378", "ARC#2284", "buildkit#6368"]
    ) { facts in
        let outside = facts.host.cgroupLayout.hierarchies.filter { $0.ownPath != "/" }
        guard let first = outside.first else {
            return [.ok("the own cgroup is the root in every hierarchy", from: "/proc/self/cgroup")]
        }
        return [
            .info(
                "the own cgroup is \(first.ownPath); nested cgroups go to"
                    + " \(facts.decision("cgroups")?.choice ?? "the own path")", from: "/proc/self/cgroup")
        ]
    }
}

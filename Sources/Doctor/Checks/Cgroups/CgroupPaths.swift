internal import EnginePlan

extension Check {
    static let cgroupPaths = Check(
        "cgroup-paths", "The own cgroup is the same in every hierarchy", area: .cgroups,
        why:
            "dockerd takes one parent for all hierarchies of version 1, so limits of another path do not hold for nested"
            + " containers.",
        explanation:
            "The paths of `/proc/self/cgroup`. Runtimes give a container one path; on a machine itself they can differ.",
        cure: "run kinkajou in a container, where the runtime gives all hierarchies one path"
    ) { facts in
        facts.planned(
            .cgroupPaths, from: "/proc/self/cgroup",
            otherwise: .ok("one path in all hierarchies", from: "/proc/self/cgroup"))
    }
}

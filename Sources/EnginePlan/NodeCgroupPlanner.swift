internal import HostFacts

/// Decides where the cgroups of a node's Pods go: under the container's own, as those of an engine do.
///
/// A kubelet ends every process below its root that it does not know. So its root has a name that no path around the
/// node has in it: with the same one, it took its own container for an orphaned Pod, where no cgroup namespace lies
/// between the two.
enum NodeCgroupPlanner {
    static func plan(_ facts: HostFacts, identity: String) -> CgroupPlanner.Outcome {
        var outcome = CgroupPlanner.plan(facts)
        if case .v1(let hierarchies, let unified) = facts.cgroupLayout,
            hierarchies.contains(where: { $0.ownPath != "/" })
        {
            outcome.strategies.insert(ownNamespace(hierarchies, unified: unified), at: 0)
        }
        outcome.strategies = outcome.strategies.map { rooted($0, at: "kinkajou-\(identity)") }
        return outcome
    }

    /// Seen from a namespace that begins at the own cgroup, a mount of that cgroup alone is the mount of a root, as it
    /// is: `/proc` and the mounts agree. Where the host's whole hierarchy is mounted, it has to be mounted anew.
    private static func ownNamespace(
        _ hierarchies: [CgroupHierarchy], unified: CgroupHierarchy?
    ) -> CgroupStrategy {
        let mounts = hierarchies + (unified.map { [$0] } ?? [])
        let foreign = mounts.filter { !$0.isBoundAtOwnPath && $0.ownPath != "/" }
        let remounts = foreign.map { hierarchy in
            CgroupRemount(
                fileSystem: hierarchy.name.isEmpty ? "cgroup2" : "cgroup",
                options: hierarchy.name.isEmpty
                    ? [] : hierarchy.name.hasPrefix("name=") ? ["none", hierarchy.name] : [hierarchy.name],
                target: hierarchy.mountPoint)
        }
        return CgroupStrategy(
            name: "v1-own-namespace",
            steps: [
                PlannedStep(
                    .enterCgroupNamespace(remount: remounts),
                    because:
                        "without a cgroup namespace of its own, the kubelet sees the paths of the host around it"
                )
            ],
            parent: "/" + CgroupPlanner.engineCgroup,
            parentDirectories: mounts.map { $0.mountPoint + "/" + CgroupPlanner.engineCgroup },
            reason: "in a cgroup namespace of its own the container's cgroup is the root")
    }

    /// The same strategy with another name for the cgroup, which is made: the kubelet does not start without it.
    private static func rooted(_ strategy: CgroupStrategy, at name: String) -> CgroupStrategy {
        func renamed(_ path: String) -> String {
            path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + name
        }
        var strategy = strategy
        strategy.parent = renamed(strategy.parent)
        strategy.parentDirectories = strategy.parentDirectories.map(renamed)
        strategy.steps += strategy.parentDirectories.map { directory in
            PlannedStep(.makeCgroup(directory), because: "the kubelet wants its cgroup root to be there")
        }
        return strategy
    }
}

internal import HostFacts

extension Check {
    static let delegation = Check(
        "cgroup-delegation", "Controllers are handed on", area: .cgroups,
        why:
            "On version 2 a cgroup's children have only the controllers that it hands on, and it can hand none on"
            + " while it holds processes.",
        explanation: """
            `cgroup.subtree_control` of the own cgroup. `kinkajou dind` moves all processes into a leaf and hands every \
            controller on; a process that enters meanwhile, such as that of an exec probe, makes that fail, and it is tried again.
            """,
        cure:
            "nothing to do under kinkajou dind; else move all processes into a leaf, then echo"
            + " +CONTROLLER >/sys/fs/cgroup/cgroup.subtree_control",
        references: ["docker-library/docker#308", "moby#48850"]
    ) { facts in
        guard case .v2 = facts.host.cgroupLayout, let unified = facts.host.cgroups.unified else {
            return [.ok("version 1: every hierarchy has its own", from: "/proc/self/mountinfo")]
        }
        let source = "/sys/fs/cgroup/cgroup.subtree_control"
        let missing = unified.controllers.filter { !unified.subtreeControl.contains($0) }
        guard !missing.isEmpty else { return [.ok("all controllers are handed on", from: source)] }
        return [
            .info("not handed on yet: \(missing.joined(separator: " ")); kinkajou dind does", from: source)
        ]
    }
}

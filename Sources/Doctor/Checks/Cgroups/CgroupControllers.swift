internal import EnginePlan
internal import HostFacts

extension Check {
    /// What kubeadm asks for (k8s.io/system-validators, cgroup_validator_linux.go), without what version 2
    /// has no controller for.
    private static let wanted = ["cpu", "cpuset", "memory", "pids"]

    static let controllers = Check(
        "cgroup-controllers", "The controllers are there", area: .cgroups,
        why:
            "Without a controller nested containers have no such limits: on version 2 no engine is started without cpu,"
            + " memory or pids. A kubelet without cpu, cpuset or memory does not start.",
        explanation: """
            cpu, cpuset, memory and pids in `cgroup.controllers` of the own cgroup (version 2), or mounted as hierarchies \
            (version 1). On version 2 a parent has to hand them on in its `cgroup.subtree_control`.
            """,
        cure:
            "on the host, boot without cgroup_disable=; on version 2, where a parent does not hand one"
            + " on: echo +CONTROLLER >/sys/fs/cgroup/.../cgroup.subtree_control"
    ) { facts in
        let layout = facts.host.cgroupLayout
        let present: Set<String>
        let source: String
        switch layout {
        case .v2:
            present = Set(facts.host.cgroups.unified?.controllers ?? [])
            source = "/sys/fs/cgroup/cgroup.controllers"
        case .v1(let hierarchies, _):
            present = Set(hierarchies.flatMap { $0.name.split(separator: ",").map(String.init) })
            source = "/proc/self/cgroup, /proc/self/mountinfo"
        case .none:
            return [.info("no cgroups at all", from: "/proc/self/mountinfo")]
        }
        let missing = wanted.filter { !present.contains($0) }
        guard !missing.isEmpty else {
            return [.ok(present.sorted().joined(separator: " "), from: source)]
        }
        let found = "\(missing.joined(separator: ", ")) missing"
        var cure = "on the host, boot without cgroup_disable= for it"
        if case .v2 = layout {
            cure +=
                "; and let the parent hand it on: echo +\(missing[0]) >/sys/fs/cgroup/.../cgroup.subtree_control"
        }
        let isFatal = facts.purpose.hasKubernetes && missing != ["pids"]
        return facts.planned(
            .cgroupControllers, from: source,
            otherwise: isFatal
                ? .error(found, from: source, cure: cure) : .warning(found, from: source, cure: cure))
    }
}

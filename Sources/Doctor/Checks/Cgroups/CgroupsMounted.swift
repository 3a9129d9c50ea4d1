internal import EnginePlan
internal import HostFacts

extension Check {
    static let cgroupsMounted = Check(
        "cgroups-mounted", "Cgroups are mounted", area: .cgroups,
        why: "Runtimes place every container in a cgroup.",
        explanation:
            "A cgroup file system of version 1 or 2 at `/sys/fs/cgroup`, as every runtime mounts it.",
        cure:
            "keep the runtime's usual mounts: docker run --privileged; in a Pod: securityContext:"
            + " {privileged: true}"
    ) { facts in
        let layout =
            switch facts.host.cgroupLayout {
            case .v2: "version 2"
            case .v1(let hierarchies, nil): "version 1, \(hierarchies.count) hierarchies"
            case .v1(let hierarchies, _):
                "version 1, \(hierarchies.count) hierarchies, with version 2 beside it"
            case .none: "none"
            }
        return facts.planned(
            .cgroups, from: "/proc/self/mountinfo",
            otherwise: .ok(
                "\(layout); \(facts.decision("cgroups")?.choice ?? "")", from: "/proc/self/mountinfo"))
    }
}

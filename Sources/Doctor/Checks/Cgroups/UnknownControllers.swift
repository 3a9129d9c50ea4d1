internal import HostFacts

extension Check {
    static let unknownControllers = Check(
        "cgroup-unknown-controllers", "The outer runtime knows every controller", area: .cgroups,
        why:
            "Controllers that the outer runtime does not mount (misc, rdma) confuse nested runtimes that find them in"
            + " /proc/cgroups.",
        explanation: """
            On version 1: controllers that are enabled in `/proc/cgroups`, belong to a hierarchy in `/proc/self/cgroup`, and \
            are mounted nowhere below `/sys/fs/cgroup`. kind's nodes hide `/proc/cgroups` for that reason.
            """,
        cure: "update the outer runtime, or use a node image of kind 0.20 or newer, which hides them",
        references: ["kind#3223", "kind#3255", "k8s#109182"], purposes: Purpose.withKubernetes
    ) { facts in
        guard case .v1(let hierarchies, _) = facts.host.cgroupLayout else {
            return [.ok("version 2", from: "/proc/self/mountinfo")]
        }
        let mounted = Set(hierarchies.flatMap { $0.name.split(separator: ",").map(String.init) })
        let used = Set(facts.host.cgroups.membership.filter { $0.hierarchy != 0 }.flatMap(\.controllers))
        let unknown = facts.host.cgroups.enabledControllers.filter {
            used.contains($0) && !mounted.contains($0)
        }
        guard !unknown.isEmpty else { return [.ok("all are mounted", from: "/proc/cgroups")] }
        return [
            .advice(
                "\(unknown.joined(separator: ", ")) not mounted here", from: "/proc/cgroups")
        ]
    }
}

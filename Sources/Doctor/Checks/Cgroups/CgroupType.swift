internal import HostFacts

extension Check {
    static let cgroupType = Check(
        "cgroup-type", "The own cgroup is a domain", area: .cgroups,
        why: "A threaded cgroup of version 2 cannot hold containers.",
        explanation: """
            `cgroup.type` of the container's cgroup has to be `domain`. It turns into `domain threaded` or `domain invalid` \
            where something below it was made threaded.
            """,
        cure: "remove the threaded cgroups below it, or start the container anew",
        references: ["containerd#6659", "dstack#1854", "cgroups(7)"]
    ) { facts in
        let source = "/sys/fs/cgroup/cgroup.type"
        guard let type = facts.host.cgroups.unified?.rootType, type != "domain" else {
            return [.ok(facts.host.cgroups.unified?.rootType ?? "a root cgroup, or version 1", from: source)]
        }
        return [
            .error(
                "the type is \"\(type)\"", from: source)
        ]
    }
}

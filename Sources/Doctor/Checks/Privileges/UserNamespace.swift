internal import HostFacts

extension Check {
    static let userNamespace = Check(
        "user-namespace", "The user namespace is the machine's own", area: .privileges,
        why:
            "In a user namespace (`hostUsers: false`, rootless Docker) cgroups are read-only and limits cannot be raised.",
        explanation: """
            `/proc/self/uid_map` has to map all users one to one. In another user namespace it works where cgroups are \
            writable (a runtime class with containerd's `cgroup_writable`) and CAP_SYS_ADMIN and CAP_NET_ADMIN are there.
            """,
        cure: "leave hostUsers: false out, or use a runtime class with cgroup_writable",
        references: ["moby#45378", "envbox#175"]
    ) { facts in
        let source = "/proc/self/uid_map"
        guard !facts.host.process.isInitialUserNamespace else {
            return [.ok("the initial user namespace", from: source)]
        }
        if facts.host.cgroupLayout.hierarchies.contains(where: \.isReadOnly) {
            return [
                .error(
                    "a user namespace with read-only cgroups", from: source)
            ]
        }
        return [.info("a user namespace; the cgroups are writable", from: source)]
    }
}

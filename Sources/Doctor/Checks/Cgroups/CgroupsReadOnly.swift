internal import HostFacts

extension Check {
    static let cgroupsReadOnly = Check(
        "cgroups-read-only", "Cgroups can be made", area: .cgroups,
        why: "Nested containers need cgroups of their own below this container's.",
        explanation: """
            The options of the cgroup mounts. In containers that are not privileged they are read-only. With CAP_SYS_ADMIN in \
            the initial user namespace `kinkajou dind` mounts them writable; in another user namespace the kernel refuses.
            """,
        cure:
            "docker run --privileged; in a Pod: securityContext: {privileged: true}; with a user"
            + " namespace: a runtime class with cgroup_writable",
        references: ["moby#45378"]
    ) { facts in
        let source = "/proc/self/mountinfo"
        let readOnly = facts.host.cgroupLayout.hierarchies.filter(\.isReadOnly).map(\.mountPoint)
        guard !readOnly.isEmpty else { return [.ok("writable", from: source)] }
        let found = "\(readOnly.joined(separator: ", ")): mounted read-only"
        if facts.host.process.effective.contains(.sysAdmin), facts.host.process.isInitialUserNamespace {
            return [.info("\(found); kinkajou dind mounts them writable", from: source)]
        }
        return [
            .error(
                found, from: source)
        ]
    }
}

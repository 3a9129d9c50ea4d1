internal import EnginePlan
internal import HostFacts

extension Check {
    static let userNamespace = Check(
        "user-namespace", "The user namespace is the machine's own, or has what an engine needs",
        area: .privileges,
        why:
            "In a user namespace (`hostUsers: false`, dockerd's `--userns-remap`) the runtime outside has to hand over a"
            + " cgroup, and the kernel has to take the mounts of nested containers.",
        explanation: """
            `/proc/self/uid_map` maps all users one to one in the machine's own. In another one the files of the own cgroup \
            have to belong to a user of it, and a new `/proc`, cgroup2 and overlay are mounted for a try, in namespaces that \
            go with it. `kinkajou dind` refuses what cannot work, and does without overlay where it has to. Limits above \
            the container's own are clamped by `kinkajou-oci`.
            """,
        cure: "leave hostUsers: false out",
        references: ["moby#45378", "envbox#175", "containerd#12182", "KEP-127", "KEP-5474", "docs/dind.md"]
    ) { facts in
        let source = "/proc/self/uid_map"
        guard let namespace = facts.host.userNamespace else {
            return [.ok("the initial user namespace", from: source)]
        }
        let lacks = UserNamespaceLack.all(namespace, layout: facts.host.cgroupLayout)
        guard !lacks.isEmpty else {
            return [
                .info("another one, of \(namespace.userCount) users, with what an engine needs", from: source)
            ]
        }
        return lacks.map { lack in
            lack.isFatal
                ? .error(lack.found, from: source, cure: lack.cure)
                : .warning(lack.found, from: source, cure: lack.cure)
        }
    }
}

internal import EnginePlan
internal import HostFacts

extension Check {
    static let sysAdmin = Check(
        "cap-sys-admin", "The container is privileged", area: .privileges,
        why: "Without CAP_SYS_ADMIN nothing can be mounted, so no nested container can start.",
        explanation: """
            `CapEff` of `/proc/self/status` has to hold CAP_SYS_ADMIN. A privileged container has it, and has no seccomp \
            filter and no AppArmor profile either: `docker run --privileged`, or in a Pod \
            `securityContext: {privileged: true}`.
            """,
        cure: "docker run --privileged; in a Pod: securityContext: {privileged: true}",
        references: ["moby#16931"]
    ) { facts in
        let source = "CapEff of /proc/self/status"
        // For users that are not root the plan says that first, and it is as true.
        if !facts.host.process.effective.contains(.sysAdmin), facts.host.process.userID != 0 {
            return [
                .error(
                    "CAP_SYS_ADMIN is missing", from: source)
            ]
        }
        return facts.planned(.sysAdmin, from: source, otherwise: .ok("CAP_SYS_ADMIN is there", from: source))
    }
}

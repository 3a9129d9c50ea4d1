internal import HostFacts

extension Check {
    static let appArmor = Check(
        "apparmor", "No AppArmor profile is enforced", area: .privileges,
        why: "The runtimes' default profiles forbid mounts, and with them every nested container.",
        explanation: """
            `/proc/self/attr/current`. Privileged containers are unconfined. Where AppArmor is on, `kinkajou dind` mounts \
            securityfs, which runtimes look for, and keeps dockerd from loading profiles into the kernel, which is the host's.
            """,
        cure:
            "docker run --privileged, or --security-opt apparmor=unconfined; in a Pod: appArmorProfile:"
            + " {type: Unconfined}",
        references: ["moby#36952", "sysbox#662"]
    ) { facts in
        let source = "/proc/self/attr/current"
        if let profile = facts.host.confinement.enforcedProfile {
            return [
                .error(
                    "the profile \(profile) is enforced", from: source)
            ]
        }
        if facts.host.kernel.appArmorEnabled {
            return [.info("AppArmor is on, and this container is not confined", from: source)]
        }
        return [.ok("not confined", from: source)]
    }
}

internal import HostFacts

extension Check {
    static let seccomp = Check(
        "seccomp", "No seccomp filter is in the way", area: .privileges,
        why:
            "The runtimes' default filters refuse calls that nested runtimes make, such as keyctl and some of clone.",
        explanation: """
            `Seccomp` of `/proc/self/status`: 0 is no filter, 2 is one. Privileged containers have none. A container that is \
            given CAP_SYS_ADMIN alone keeps the filter. Whether keyctl is refused is tried: then `kinkajou dind` does not \
            start, as runc gives each container a keyring.
            """,
        cure:
            "docker run --privileged, or --security-opt seccomp=unconfined; in a Pod: seccompProfile:"
            + " {type: Unconfined}"
    ) { facts in
        let source = "Seccomp of /proc/self/status"
        let mode = facts.host.process.seccompMode
        guard mode != 0 else { return [.ok("no filter", from: source)] }
        guard !facts.host.confinement.refusesKeyrings else {
            return [.error("a filter that refuses keyctl", from: source + ", keyctl(2)")]
        }
        return [
            .warning(
                mode == 1 ? "strict mode" : "a filter is active", from: source)
        ]
    }
}

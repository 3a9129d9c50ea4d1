internal import EnginePlan
internal import HostFacts

extension Check {
    static let packetFilter = Check(
        "iptables-nat", "iptables does what dockerd needs", area: .network,
        why:
            "In the wrong backend, or without the kernel's modules, packets of nested containers are not masqueraded.",
        explanation: """
            dockerd's kinds of rules (MASQUERADE, addrtype, conntrack, and the table raw for dockerd 28), made with both \
            backends in a network namespace that is thrown away. `kinkajou dind` takes the one that works; where both do, the \
            one that has rules already. With `--iptables-backend` or `DOCKER_IPTABLES_LEGACY` it takes the one that was asked \
            for, working or not. With `"iptables": false` or dockerd 29's `"firewall-backend": "nftables"` in `daemon.json` \
            (or `DOCKER_ARGS`) neither is asked for. Where only the table raw is missing dockerd 28 is told to do without \
            (`DOCKER_INSECURE_NO_IPTABLES_RAW`).
            """,
        cure:
            "leave --iptables-backend and DOCKER_IPTABLES_LEGACY out; on the node: modprobe nft_compat xt_addrtype"
            + " xt_MASQUERADE xt_conntrack (RHEL: kernel-modules-extra), or modprobe iptable_nat",
        references: [
            "docker-library/docker#350", "docker-library/docker#467", "docker-library/docker#486",
            "docker-ce-packaging#1340", "moby#49557",
        ]
    ) { facts in
        let source = "iptables-restore in a new network namespace"
        let decision = facts.decision("iptables")
        let privileges = facts.host.process.effective
        guard privileges.contains(.netAdmin), privileges.contains(.sysAdmin) else {
            return [.info("cannot be tried without CAP_NET_ADMIN and CAP_SYS_ADMIN", from: source)]
        }
        return facts.planned(
            .packetFilter, from: source,
            otherwise: .ok("\(decision?.choice ?? "?"): \(decision?.reason ?? "")", from: source))
    }
}

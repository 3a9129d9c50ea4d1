internal import EnginePlan
internal import HostFacts

extension Check {
    static let packetFilter = Check(
        "iptables-nat", "iptables has a working nat table", area: .network,
        why:
            "In the wrong backend, or without the kernel's modules, packets of nested containers are not masqueraded.",
        explanation: """
            `iptables -t nat -nL` of both backends, tried in a network namespace of its own. `kinkajou dind` takes the one that \
            works; where both do, the one that has rules already. With `--iptables-backend` or `DOCKER_IPTABLES_LEGACY` it \
            takes the one that was asked for, working or not.
            """,
        cure:
            "leave --iptables-backend and DOCKER_IPTABLES_LEGACY out; on the node: modprobe iptable_nat,"
            + " or modprobe nf_tables",
        symptoms: [
            "can't initialize iptables table", "table_add failed", "could not fetch rule set generation id",
        ],
        references: ["docker-library/docker#350", "docker-library/docker#467", "docker-library/docker#486"]
    ) { facts in
        let source = "iptables -t nat -nL in a new network namespace"
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

internal import EnginePlan
internal import HostFacts

extension Check {
    static let nameServers = Check(
        "dns-servers", "Nested containers can reach a DNS server", area: .network,
        why:
            "A server on a loopback address is reached from here alone; dockerd then takes public servers, which many"
            + " networks do not let through.",
        explanation: """
            The servers of `/etc/resolv.conf`. Loopback ones, and those of IPv6 where nested containers have none, are left \
            out for nested containers where there are others; `--dns` names better ones.
            """,
        cure: "kinkajou dind --dns ADDRESS, or docker run --dns ADDRESS",
        references: ["bsycorp/kind#24", "ARC#2101"]
    ) { facts in
        let source = "/etc/resolv.conf"
        let servers =
            facts.settings.dns.isEmpty ? facts.host.network.resolver.nameservers : facts.settings.dns
        return facts.planned(
            .nameServers, from: source, otherwise: .ok(servers.joined(separator: ", "), from: source))
    }
}

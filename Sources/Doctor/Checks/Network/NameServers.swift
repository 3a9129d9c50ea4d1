internal import EnginePlan
internal import HostFacts

extension Check {
    static let nameServers = Check(
        "dns-servers", "Nested containers can reach a DNS server", area: .network,
        why:
            "A server on a loopback address is reached from here alone; dockerd then takes public servers, which many"
            + " networks do not let through.",
        explanation: """
            The servers of `/etc/resolv.conf`. Loopback ones are left out for nested containers where there are others; \
            `--dns` names better ones.
            """,
        cure: "kinkajou dind --dns ADDRESS, or docker run --dns ADDRESS",
        symptoms: ["no such host", "server misbehaving", "temporary failure in name resolution"],
        references: ["bsycorp/kind#24"]
    ) { facts in
        let source = "/etc/resolv.conf"
        let servers =
            facts.settings.dns.isEmpty ? facts.host.network.resolver.nameservers : facts.settings.dns
        guard !servers.isEmpty else {
            return [
                .warning(
                    "no server at all; dockerd gives nested containers public ones", from: source)
            ]
        }
        return facts.planned(
            .nameServers, from: source, otherwise: .ok(servers.joined(separator: ", "), from: source))
    }
}

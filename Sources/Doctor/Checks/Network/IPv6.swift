internal import EnginePlan
internal import HostFacts

extension Check {
    static let ipv6 = Check(
        "ipv6", "IPv6 is on", area: .network,
        why:
            "Clusters of the families ipv6 and dual need it, and every nested container where the way out or the DNS"
            + " server is of IPv6 alone.",
        explanation: """
            `net.ipv6.conf.all.disable_ipv6` of this network namespace: runtimes turn it off in containers without IPv6. Where \
            there is a way out by IPv6 and ip6tables can do NAT, `kinkajou dind` gives nested containers a network of their \
            own in `fd6b:696e:6b61::/48`.
            """,
        cure: "docker run --sysctl net.ipv6.conf.all.disable_ipv6=0",
        references: ["ARC#2101"]
    ) { facts in
        let source = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
        switch facts.host.kernel.settings["net.ipv6.conf.all.disable_ipv6"] {
        case "0":
            let choice = facts.decision("ipv6")
            return facts.planned(
                .ipv6, from: "/proc/net/ipv6_route, ip6tables-restore in a new network namespace",
                otherwise: .ok(
                    choice.map { "on; nested containers: \($0.choice): \($0.reason)" } ?? "on", from: source))
        case nil: return [.info("the kernel has none", from: source)]
        default:
            return [
                .advice(
                    "off: for clusters of family ipv4 only", from: source)
            ]
        }
    }
}

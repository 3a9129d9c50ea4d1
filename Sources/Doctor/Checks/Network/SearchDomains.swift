internal import HostFacts

extension Check {
    static let searchDomains = Check(
        "dns-search", "Names are looked up once", area: .network,
        why:
            "With ndots:5 and a Pod's search domains an outside name is asked for four times in vain first, and a"
            + " wildcard in one of them answers wrongly.",
        explanation:
            "`search` and `options ndots` of `/etc/resolv.conf`. `kinkajou dind` gives nested containers `ndots:1`.",
        cure: "in kind's configuration: networking: {dnsSearch: []}",
        references: ["bsycorp/kind#24"]
    ) { facts in
        let source = "/etc/resolv.conf"
        let resolver = facts.host.network.resolver
        let ndots = resolver.options.first { $0.hasPrefix("ndots:") }.flatMap { Int($0.dropFirst(6)) } ?? 1
        guard ndots > 1, !resolver.search.isEmpty else {
            return [.ok("ndots:\(ndots), \(resolver.search.count) search domains", from: source)]
        }
        return [
            .advice(
                "ndots:\(ndots) with \(resolver.search.count) search domains; nested containers get ndots:1",
                from: source)
        ]
    }
}

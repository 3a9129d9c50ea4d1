internal import HostFacts

/// Decides how nested containers resolve names.
enum ResolverPlanner {
    struct Outcome {
        var servers: [String] = []
        var options: [String] = []
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    /// - Parameter hasIPv6: Whether nested containers can reach servers by IPv6.
    static func plan(_ facts: HostFacts, settings: DindSettings, hasIPv6: Bool) -> Outcome {
        let resolver = facts.network.resolver
        var outcome = Outcome()
        if !settings.dns.isEmpty {
            outcome.servers = settings.dns
            outcome.decisions.append(
                Decision("dns", settings.dns.joined(separator: " "), because: "as asked for", source: .flag))
        } else {
            var reachable = resolver.nameservers.filter { !resolver.loopbackServers.contains($0) }
            if !hasIPv6 { reachable.removeAll { $0.contains(":") } }
            if reachable.isEmpty {
                outcome.problems.append(unreachable(resolver, hasIPv6: hasIPv6))
            } else if reachable.count < resolver.nameservers.count
                || reachable.contains(where: { $0.contains(":") })
            {
                outcome.servers = reachable
                let left = resolver.nameservers.filter { !reachable.contains($0) }
                outcome.decisions.append(
                    Decision(
                        "dns", reachable.joined(separator: " "),
                        because: left.isEmpty
                            ? "named, so that dockerd does not leave those of IPv6 out"
                            : "nested containers cannot reach \(left.joined(separator: ", "))"))
            }
        }
        // With options of its own, dockerd no longer replaces a server that cannot be reached.
        let isResolverKept = !outcome.servers.isEmpty || outcome.problems.isEmpty
        if isResolverKept, let ndots = resolver.options.first(where: { $0.hasPrefix("ndots:") }),
            Int(ndots.dropFirst("ndots:".count)) ?? 0 > 1
        {
            outcome.options = ["ndots:1"] + resolver.options.filter { !$0.hasPrefix("ndots:") }
            outcome.decisions.append(
                Decision(
                    "dns options", outcome.options.joined(separator: " "),
                    because: "\(ndots) would send every outside name through the outer cluster's search"
                        + " domains first"))
        }
        return outcome
    }

    /// dockerd replaces servers that it takes for unreachable by Google's, without a word.
    private static func unreachable(_ resolver: ResolverConfiguration, hasIPv6: Bool) -> Problem {
        let instead = "dockerd gives them public servers (8.8.8.8) instead"
        let cure =
            "name a reachable one with --dns, or run the container on a network whose resolv.conf has one"
        let beyond = resolver.nameservers.filter { !resolver.loopbackServers.contains($0) }
        if !beyond.isEmpty {
            return .warning(
                .nameServers,
                "the DNS servers (\(beyond.joined(separator: ", "))) have IPv6 addresses, and nested containers have"
                    + " no IPv6; \(instead)",
                cure: cure + "; the decision ipv6 of kinkajou dind --dry-run says why they have none")
        }
        guard let loopback = resolver.loopbackServers.first else {
            return .warning(
                .nameServers, "there is no DNS server in /etc/resolv.conf for nested containers; \(instead)",
                cure: cure)
        }
        return .warning(
            .nameServers,
            "the only DNS server is \(loopback), which nested containers cannot reach; \(instead)", cure: cure
        )
    }
}

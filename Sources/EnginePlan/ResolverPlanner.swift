internal import HostFacts

/// Decides how nested containers resolve names.
enum ResolverPlanner {
    struct Outcome {
        var servers: [String] = []
        var options: [String] = []
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let resolver = facts.network.resolver
        var outcome = Outcome()
        if !settings.dns.isEmpty {
            outcome.servers = settings.dns
            outcome.decisions.append(
                Decision("dns", settings.dns.joined(separator: " "), because: "as asked for", source: .flag))
        } else {
            let reachable = resolver.nameservers.filter { !resolver.loopbackServers.contains($0) }
            if reachable.isEmpty, let loopback = resolver.loopbackServers.first {
                outcome.problems.append(
                    .warning(
                        .nameServers,
                        "the only DNS server is \(loopback), which nested containers cannot reach; dockerd"
                            + " gives them public servers instead",
                        cure: "name a reachable one with --dns, or run the container on a network whose"
                            + " resolv.conf has one"))
            } else if reachable.count < resolver.nameservers.count {
                outcome.servers = reachable
                outcome.decisions.append(
                    Decision(
                        "dns", reachable.joined(separator: " "),
                        because: "nested containers cannot reach"
                            + " \(resolver.loopbackServers.joined(separator: ", "))"))
            }
        }
        // With options of its own, dockerd no longer replaces a server that cannot be reached.
        let isResolverKept = !outcome.servers.isEmpty || resolver.loopbackServers.isEmpty
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
}

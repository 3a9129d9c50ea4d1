internal import HostFacts

/// Decides whether nested containers have IPv6: where this container has a way out by it, addresses of their own
/// network and NAT, as for IPv4. What does not work is said, with its reason.
enum IPv6Planner {
    /// Unique local networks for the default network (RFC 4193; the digits spell "kinka").
    private static let candidates = (0..<8).map { "fd6b:696e:6b61:\(String($0 + 1, radix: 16))::/64" }

    struct Outcome: Equatable {
        /// The default network's; nil: it has none.
        var subnet: String?
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    static func plan(
        _ facts: HostFacts, firewall: EngineFirewall, packetFilter: PacketFilterBackend
    ) -> Outcome {
        let ipv6 = facts.network.ipv6
        guard ipv6.hasWayOut else { return Outcome() }
        var outcome = Outcome()
        if let obstacle = obstacle(facts, firewall: firewall, packetFilter: packetFilter) {
            outcome.decisions = [Decision("ipv6", "not for nested containers", because: obstacle)]
            if facts.network.uplinkIPv4 == nil {
                outcome.problems = [
                    .warning(
                        .ipv6,
                        "there is a way out by IPv6 alone, and nested containers cannot have it: \(obstacle)",
                        cure: "load ip6table_nat on the node, or give the container IPv4 as well")
                ]
            }
            return outcome
        }
        // A network of ours that this container lies in is an outer engine's, made by another Kinkajou.
        outcome.subnet =
            candidates.first { candidate in
                !ipv6.addresses.contains { $0.hasPrefix(candidate.dropLast("::/64".utf8.count) + ":") }
            } ?? candidates[0]
        outcome.decisions = [
            Decision(
                "ipv6", outcome.subnet ?? "",
                because: "\(ipv6.uplink ?? "") has a way out by IPv6, and ip6tables can do NAT for it")
        ]
        return outcome
    }

    /// Why nested containers cannot have it.
    private static func obstacle(
        _ facts: HostFacts, firewall: EngineFirewall, packetFilter: PacketFilterBackend
    ) -> String? {
        guard firewall == .iptables else { return "the engine does not manage iptables here" }
        if facts.network.ipv6.isUplinkAdvertised {
            return
                "the default route was learned from a router, and the kernel would forget it when forwarding"
                + " is turned on (net.ipv6.conf.\(facts.network.ipv6.uplink ?? "all").accept_ra=2 keeps it)"
        }
        return PacketFilterPlanner.obstacleToIPv6(facts, packetFilter).map {
            "ip6tables cannot do what dockerd needs: \($0)"
        }
    }
}

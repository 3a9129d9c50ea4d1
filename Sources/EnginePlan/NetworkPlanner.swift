internal import HostFacts
internal import Values

/// Decides addresses and packet sizes so that nothing inside hides what is outside.
enum NetworkPlanner {
    /// A network that must stay reachable, and what uses it.
    struct Taken: Equatable {
        var network: IPv4Network
        var user: String
        /// Whether it is no more than a route to very many addresses, as a VPN has it: some of them can be spared
        /// where there is nothing else.
        var isBroadRoute = false
    }

    struct Outcome {
        var bridge: String
        var pools: [IPv4Network]
        var mtu: Int
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    /// Candidates for the bridge and the pools: Docker's own ranges first, in its order.
    static let candidates: [IPv4Network] =
        (17...31).map { IPv4Network(address: 172 << 24 | $0 << 16, prefixLength: 16) }
        + (0..<4).map { IPv4Network(address: 192 << 24 | 168 << 16 | ($0 * 64) << 8, prefixLength: 18) }
        + (200..<216).map { IPv4Network(address: 10 << 24 | $0 << 16, prefixLength: 16) }

    /// Candidates that are not private, but no host of the Internet has either: for carriers' NAT (RFC 6598, from
    /// its end, as VPNs begin at its start) and for benchmarks (RFC 2544).
    static let reserve: [IPv4Network] =
        (124...127).map { IPv4Network(address: 100 << 24 | $0 << 16, prefixLength: 16) }
        + (18...19).map { IPv4Network(address: 198 << 24 | $0 << 16, prefixLength: 16) }

    /// A route with a prefix no longer than this leads to more than one site can use.
    private static let broadPrefix = 12

    /// Where a network can be had, best first: outside of everything, in the reserve, and in routes so broad that
    /// a part of them can be spared. A worse place is looked at where the better ones do not give two networks.
    private static func free(beside taken: [Taken]) -> [IPv4Network] {
        func clear(_ networks: [IPv4Network], of taken: [Taken]) -> [IPv4Network] {
            networks.filter { network in !taken.contains { $0.network.overlaps(network) } }
        }
        var free = clear(candidates, of: taken)
        if free.count < 2 { free += clear(reserve, of: taken) }
        if free.count < 2 {
            let kept = taken.filter { !$0.isBroadRoute }
            free += clear(candidates + reserve, of: kept).filter { !free.contains($0) }
        }
        return free
    }

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let taken = takenNetworks(facts)
        var free = free(beside: taken)
        var decisions: [Decision] = []
        var problems: [Problem] = []
        let bridge: String
        if let asked = settings.bridgeAddress {
            bridge = asked.value
            decisions.append(Decision("bridge", bridge, because: "as asked for", source: asked.source))
            if let network = IPv4Network(asked.value) {
                free.removeAll { $0.overlaps(network) }
                if let clash = taken.first(where: { $0.network.overlaps(network) }) {
                    problems.append(
                        .warning(
                            .addresses,
                            "the bridge \(asked.value) overlaps \(clash.network), \(clash.user): nested"
                                + " containers cannot reach that",
                            cure: "leave --bip and DOCKERD_BIP out, and a free network is chosen"))
                }
            }
        } else {
            let chosen = free.isEmpty ? candidates[0] : free.removeFirst()
            bridge = "\(IPv4Network(address: chosen.address + 1, prefixLength: 24))"
            let first = taken.first { $0.network.overlaps(candidates[0]) }
            let why =
                first.map { "the usual 172.17.0.0/16 overlaps \($0.network), \($0.user)" }
                ?? "it overlaps nothing that is reached from here"
            let isNamed = settings.daemonText("bip") ?? settings.daemonArgument("bip") ?? settings.namedBridge
            if isNamed == nil, taken.contains(where: { !$0.isBroadRoute && $0.network.overlaps(chosen) }) {
                problems.append(noNetwork(taken))
            } else {
                decisions.append(Decision("bridge", bridge, because: why))
            }
            // What is left of the bridge's candidate is not given to the pools: one reads addresses easier.
        }
        let pools = Array(free.prefix(4))
        if pools.isEmpty, problems.isEmpty {
            problems.append(
                .warning(
                    .addresses, "no network is left for networks that are made later: \(list(taken))",
                    cure: "give free ones with DOCKER_ARGS=--default-address-pool=base=...,size=24"))
        }
        let nested = pools + [IPv4Network(bridge)].compactMap { $0 }
        let cut = taken.first { route in
            route.isBroadRoute && nested.contains { $0.overlaps(route.network) }
        }
        if !pools.isEmpty {
            let why =
                taken.isEmpty
                ? "there is nothing that they could overlap"
                : (cut == nil ? "they overlap none of: " : "the best that there is beside: ") + list(taken)
            decisions.append(
                Decision(
                    "address pools", pools.map(\.description).joined(separator: " "), because: why))
        }
        if let route = cut, settings.bridgeAddress == nil {
            problems.append(
                .warning(
                    .addresses,
                    "every private network is reached from here, so nested networks are cut out of"
                        + " \(route.network), \(route.user): nested containers cannot reach what has these"
                        + " addresses outside (bridge \(bridge), pools"
                        + " \(pools.map(\.description).joined(separator: " ")))",
                    cure:
                        "name networks that nobody uses with --bip and DOCKER_ARGS=--default-address-pool=..."
                ))
        }
        let mtu = plannedMTU(facts.network, settings: settings, decisions: &decisions, problems: &problems)
        return Outcome(bridge: bridge, pools: pools, mtu: mtu, decisions: decisions, problems: problems)
    }

    private static func list(_ taken: [Taken]) -> String {
        taken.map { "\($0.network) (\($0.user))" }.joined(separator: ", ")
    }

    private static func noNetwork(_ taken: [Taken]) -> Problem {
        .error(
            .addresses,
            "every network that nested containers could have is in use: \(list(taken))",
            cure: "give free ones with --bip and DOCKER_ARGS=--default-address-pool=base=...,size=24, or take"
                + " routes away",
            code: .engineFailed)
    }

    /// What must stay reachable. Prefixes of Pod and Service networks are not told to a Pod, so a usual
    /// width around one of their addresses is assumed.
    static func takenNetworks(_ facts: HostFacts) -> [Taken] {
        let network = facts.network
        var taken: [Taken] = []
        // Bridges of this very engine, or of one that was killed here, are used again.
        func isOurs(_ name: String) -> Bool {
            facts.engine.isOurs ? NetworkInterface.isEngineBridge(name) : network.isStaleBridge(name)
        }
        func add(_ network: IPv4Network, _ user: String, isBroadRoute: Bool = false) {
            if !taken.contains(where: { $0.network == network }) {
                taken.append(Taken(network: network, user: user, isBroadRoute: isBroadRoute))
            }
        }
        for interface in network.interfaces where !isOurs(interface.name) {
            for address in interface.addresses {
                add(address.network, "the network of \(interface.name)")
                if network.serviceHost != nil {
                    add(address.widened(to: 16), "the Pod network around \(interface.name)")
                }
            }
        }
        // A VPN that takes everything has two routes of one bit; no network of its own is meant by them.
        for route in network.routes
        where route.destination.prefixLength > 1 && !isOurs(route.interface) {
            add(
                route.destination.network, "a route through \(route.interface)",
                isBroadRoute: route.destination.prefixLength <= broadPrefix)
        }
        for gateway in network.routes.compactMap(\.gateway)
        where !taken.contains(where: { !$0.isBroadRoute && $0.network.overlaps(gateway) }) {
            add(gateway, "a gateway")
        }
        if let host = network.serviceHost.flatMap({ IPv4Network($0) }) {
            // kubeadm's default is 10.96.0.0/12, so the address alone may be far from the others.
            let isTen = host.address >> 24 == 10
            add(host.widened(to: isTen ? 12 : 16), "the outer cluster's Services")
        }
        for server in network.resolver.nameservers {
            guard let address = IPv4Network(server), address.address >> 24 != 127 else { continue }
            add(address.widened(to: 24), "the DNS server \(server)")
        }
        return taken
    }

    private static func plannedMTU(
        _ network: NetworkFacts, settings: DindSettings, decisions: inout [Decision],
        problems: inout [Problem]
    ) -> Int {
        let uplink = network.uplink
        if let asked = settings.mtu {
            decisions.append(Decision("mtu", "\(asked.value)", because: "as asked for", source: asked.source))
            if let uplink, uplink.mtu < asked.value {
                problems.append(
                    .warning(
                        .mtu,
                        "an MTU of \(asked.value) is larger than that of \(uplink.name), \(uplink.mtu): large"
                            + " transfers can hang",
                        cure: "leave --mtu and DOCKERD_MTU out, and \(uplink.mtu) is used"))
            }
            return asked.value
        }
        guard let uplink else {
            // Where there is only IPv6 the interfaces still say what passes.
            let others = network.interfaces.filter { !$0.isEngineBridge }
            guard let narrowest = others.min(by: { $0.mtu < $1.mtu }), narrowest.mtu < 1500 else {
                decisions.append(Decision("mtu", "1500", because: "there is no default route to measure by"))
                return 1500
            }
            decisions.append(
                Decision(
                    "mtu", "\(narrowest.mtu)",
                    because: "there is no default route, and \(narrowest.name) has \(narrowest.mtu)"))
            return narrowest.mtu
        }
        let mtu = min(uplink.mtu, 1500)
        decisions.append(
            Decision(
                "mtu", "\(mtu)", because: "\(uplink.name), which all packets leave by, has \(uplink.mtu)"))
        return mtu
    }
}

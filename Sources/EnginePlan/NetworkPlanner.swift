internal import HostFacts

/// Decides addresses and packet sizes so that nothing inside hides what is outside.
enum NetworkPlanner {
    /// A network that must stay reachable, and what uses it.
    struct Taken: Equatable {
        var network: IPv4Network
        var user: String
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

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let taken = takenNetworks(facts.network)
        var free = candidates.filter { candidate in
            !taken.contains { $0.network.overlaps(candidate) }
        }
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
            decisions.append(Decision("bridge", bridge, because: why))
            // What is left of the bridge's candidate is not given to the pools: one reads addresses easier.
        }
        if free.isEmpty {
            problems.append(
                .warning(
                    .addresses,
                    "every private network that Docker would use overlaps one that is reached from here",
                    cure: "give free ones with --bip and DOCKER_ARGS=--default-address-pool=..."))
        }
        let pools = Array(free.prefix(4))
        if !pools.isEmpty {
            decisions.append(
                Decision(
                    "address pools", pools.map(\.description).joined(separator: " "),
                    because: taken.isEmpty
                        ? "there is nothing that they could overlap"
                        : "they overlap none of: "
                            + taken.map { "\($0.network) (\($0.user))" }.joined(separator: ", ")))
        }
        let mtu = plannedMTU(facts.network, settings: settings, decisions: &decisions, problems: &problems)
        return Outcome(bridge: bridge, pools: pools, mtu: mtu, decisions: decisions, problems: problems)
    }

    /// What must stay reachable. Prefixes of Pod and Service networks are not told to a Pod, so a usual
    /// width around one of their addresses is assumed.
    static func takenNetworks(_ network: NetworkFacts) -> [Taken] {
        var taken: [Taken] = []
        func add(_ network: IPv4Network, _ user: String) {
            if !taken.contains(where: { $0.network == network }) {
                taken.append(Taken(network: network, user: user))
            }
        }
        for interface in network.interfaces where !interface.isEngineBridge {
            for address in interface.addresses {
                add(address.network, "the network of \(interface.name)")
                if network.serviceHost != nil {
                    add(address.widened(to: 16), "the Pod network around \(interface.name)")
                }
            }
        }
        // A VPN that takes everything has two routes of one bit; no network of its own is meant by them.
        for route in network.routes
        where route.destination.prefixLength > 1 && !NetworkInterface.isEngineBridge(route.interface) {
            add(route.destination.network, "a route through \(route.interface)")
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

import HostFacts
import Testing
import Values

@testable import EnginePlan

struct NetworkPlannerTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func facts(
        _ addresses: [String] = ["10.0.2.15/24"], mtu: Int = 1500, routes: [String] = ["0.0.0.0/0"],
        dns: [String] = [], service: String? = nil, gateway: String? = nil
    ) throws -> HostFacts {
        var facts = host
        facts.network = NetworkFacts(
            interfaces: [
                NetworkInterface(name: "eth0", mtu: mtu, addresses: addresses.compactMap { IPv4Network($0) })
            ],
            routes: routes.compactMap { IPv4Network($0) }.map {
                Route(destination: $0, interface: "eth0", gateway: gateway.flatMap { IPv4Network($0) })
            },
            resolver: ResolverConfiguration(nameservers: dns), serviceHost: service, hasBridgeNetfilter: true)
        return facts
    }

    private func plan(
        _ facts: HostFacts, _ change: (inout DindSettings) -> Void = { _ in }
    ) -> NetworkPlanner.Outcome {
        var settings = DindSettings()
        change(&settings)
        return NetworkPlanner.plan(facts, settings: settings)
    }

    @Test(
        arguments: [
            (["10.0.2.15/24"], [], [], nil, "172.17.0.1/24"),
            (["172.17.0.2/16"], [], [], nil, "172.18.0.1/24"),
            // A route, a DNS server and the Services count as well as the own network.
            (["10.0.2.15/24"], ["172.17.0.0/16"], [], nil, "172.18.0.1/24"),
            (["10.0.2.15/24"], [], ["172.17.0.53"], nil, "172.18.0.1/24"),
            (["10.0.2.15/24"], [], ["127.0.0.53", "fd00::1"], nil, "172.17.0.1/24"),
            (["10.0.2.15/24"], [], [], "172.17.0.1", "172.18.0.1/24"),
            (["172.17.3.4/32"], [], [], "10.96.0.1", "172.18.0.1/24"),
            (["10.0.2.15/24"], ["172.16.0.0/12"], [], nil, "192.168.0.1/24"),
            (["192.168.1.2/24"], ["172.16.0.0/12"], [], nil, "192.168.64.1/24"),
            (["10.0.2.15/24"], ["172.16.0.0/12", "192.168.0.0/16"], [], nil, "10.200.0.1/24"),
            // A VPN that takes all traffic with two routes of one bit.
            (["10.0.2.15/24"], ["0.0.0.0/1", "128.0.0.0/1"], [], nil, "172.17.0.1/24"),
        ] as [([String], [String], [String], String?, String)])
    func bridge(addresses: [String], routes: [String], dns: [String], service: String?, expected: String)
        throws
    {
        let outcome = plan(try facts(addresses, routes: routes, dns: dns, service: service))
        #expect(outcome.bridge == expected)
        #expect(outcome.problems.isEmpty)
    }

    /// A random host, always the same one for a seed.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            // SplitMix64.
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
            return value ^ value >> 31
        }

        mutating func network() -> IPv4Network {
            let bases: [(UInt32, Int)] = [
                (10 << 24, 8), (172 << 24 | 16 << 16, 12), (192 << 24 | 168 << 16, 16),
            ]
            let (base, length) = bases.randomElement(using: &self) ?? bases[0]
            let host = UInt32.random(in: 0...(~UInt32(0) >> UInt32(length)), using: &self)
            return IPv4Network(address: base | host, prefixLength: Int.random(in: length...32, using: &self))
        }
    }

    @Test func neverProposesANetworkInUse() throws {
        for seed in 1...300 { try checkProposals(seed: UInt64(seed)) }
    }

    private func checkProposals(seed: UInt64) throws {
        var generator = Generator(state: seed)
        let routes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in generator.network() }
        let own = generator.network()
        let dns = generator.network()
        let service = Bool.random(using: &generator) ? generator.network() : nil
        let outcome = plan(
            try facts(
                [own.description], routes: routes.map(\.network.description), dns: [dns.addressText],
                service: service?.addressText))
        let bridge = try #require(IPv4Network(outcome.bridge))
        let isCut = outcome.problems.contains { $0.severity == .warning }
        try #require(!outcome.problems.contains { $0.severity == .error }, "seed \(seed)")
        // Of broad routes a part may be taken where it is said; of nothing else, ever.
        let inUse =
            routes.filter { !isCut || $0.prefixLength > 12 } + [own]
            + [dns, service].compactMap { $0 }.map {
                IPv4Network(address: $0.address, prefixLength: 32)
            }
        for network in inUse {
            #expect(!bridge.overlaps(network), "seed \(seed): \(bridge) and \(network)")
        }
        for pool in outcome.pools {
            #expect(!pool.overlaps(bridge), "seed \(seed)")
            for network in inUse {
                #expect(!pool.overlaps(network), "seed \(seed): \(pool) and \(network)")
            }
        }
        #expect(!outcome.pools.isEmpty, "seed \(seed)")
        for (index, pool) in outcome.pools.enumerated() {
            #expect(!outcome.pools[(index + 1)...].contains { $0.overlaps(pool) })
        }
    }

    // MARK: - A VPN that takes everything

    private static let allPrivate = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]

    /// Before a route is cut into, networks are taken that nobody's route leads to.
    @Test func theReserveComesBeforeRoutes() throws {
        let outcome = plan(try facts(routes: ["0.0.0.0/0"] + Self.allPrivate, gateway: "10.0.2.2"))
        #expect(outcome.bridge == "100.124.0.1/24")
        #expect(
            outcome.pools.map(\.description) == [
                "100.125.0.0/16", "100.126.0.0/16", "100.127.0.0/16", "198.18.0.0/16",
            ])
        #expect(outcome.problems.isEmpty)
    }

    private static let reserve = ["100.64.0.0/10", "198.18.0.0/15"]

    /// The own network, the gateway and the name servers are never cut into.
    @Test func broadRoutesAreCutIntoLast() throws {
        let outcome = plan(
            try facts(
                ["172.18.4.5/16"], routes: Self.allPrivate + Self.reserve, dns: ["172.19.0.53"],
                gateway: "172.17.0.1"))
        #expect(outcome.bridge == "172.20.0.1/24")
        #expect(outcome.pools.first?.description == "172.21.0.0/16")
        #expect(outcome.problems.map(\.severity) == [.warning])
        #expect(outcome.problems.first?.summary.contains("172.16.0.0/12, a route through eth0") == true)
    }

    /// A network that broad of the own interface is no route.
    @Test func withNothingLeftTheErrorNamesTheRoutes() throws {
        let narrow = ["172.16.0.0/13", "172.24.0.0/13", "192.168.0.0/16"] + Self.reserve + ["198.18.0.0/15"]
        let addresses = ["10.1.2.3/8", "172.16.0.1/12", "192.168.0.1/16", "100.64.0.1/10", "198.18.0.1/15"]
        let outcome = plan(try facts(addresses, routes: narrow))
        let error = try #require(outcome.problems.first)
        #expect(error.severity == .error)
        for network in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] {
            #expect(error.summary.contains(network))
        }
        let named = plan(try facts(addresses, routes: narrow)) {
            $0.daemonFile = ["bip": "10.9.0.1/24", "default-address-pools": []]
        }
        #expect(!named.problems.contains { $0.severity == .error })
    }

    @Test func anOverlapThatWasAskedForIsWarnedOf() throws {
        let outcome = plan(try facts(["172.17.0.2/16"])) {
            $0.bridgeAddress = .init("172.17.5.1/24", from: .environment)
        }
        #expect(outcome.bridge == "172.17.5.1/24")
        #expect(outcome.problems.map(\.severity) == [.warning])
        #expect(outcome.problems.first?.summary.contains("172.17.0.0/16, the network of eth0") == true)
    }

    @Test func poolsKeepAwayFromABridgeThatWasAskedFor() throws {
        let outcome = plan(try facts()) { $0.bridgeAddress = .init("172.18.0.1/16", from: .flag) }
        #expect(outcome.problems.isEmpty)
        #expect(outcome.pools.first?.description == "172.17.0.0/16")
        #expect(!outcome.pools.contains { $0.description == "172.18.0.0/16" })
    }

    @Test(arguments: [
        ("docker0", true), ("br-55840391131c", true), ("br-lan", false), ("br-55840391131C", false),
        ("br-55840391131c0", false), ("br-", false), ("eth0", false), ("", false),
    ])
    func engineBridges(name: String, expected: Bool) {
        #expect(NetworkInterface.isEngineBridge(name) == expected)
    }

    /// The bridges of an engine that ran here before are used again.
    @Test func leftBridgesAreNotInTheWay() throws {
        var facts = try facts()
        let address = try #require(IPv4Network("172.17.0.1/24"))
        facts.network.interfaces.append(NetworkInterface(name: "docker0", mtu: 1500, addresses: [address]))
        facts.network.routes.append(Route(destination: address.network, interface: "docker0"))
        #expect(plan(facts).bridge == "172.17.0.1/24")
        facts.network.interfaces[1].name = "br-lan"
        #expect(plan(facts).bridge == "172.18.0.1/24")
    }

    // MARK: - MTU

    @Test(arguments: [(1500, 1500), (1450, 1450), (1280, 1280), (9001, 1500)])
    func mtu(uplink: Int, expected: Int) throws {
        #expect(plan(try facts(mtu: uplink)).mtu == expected)
    }

    /// A Pod with IPv6 alone has no IPv4 default route; its interface is as narrow all the same.
    @Test(arguments: [(1450, 1450), (1500, 1500), (9001, 1500)])
    func mtuWithoutADefaultRoute(interface: Int, expected: Int) throws {
        #expect(plan(try facts([], mtu: interface, routes: [])).mtu == expected)
    }

    @Test(arguments: [(1400, 0), (1450, 0), (1500, 1)])
    func mtuThatWasAskedFor(asked: Int, warnings: Int) throws {
        let outcome = plan(try facts(mtu: 1450)) { $0.mtu = .init(asked, from: .environment) }
        #expect(outcome.mtu == asked)
        #expect(outcome.problems.count == warnings)
        #expect(outcome.decisions.last?.source == .environment)
    }
}

import HostFacts
import Testing

struct NetworkParserTests {
    @Test func routes() {
        let text = """
            Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
            eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
            eth0\t0101FEA9\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
            broken\tXYZ\t0\t0\t0\t0\t0\t0
            short\t00000000
            """
        let routes = Route.parse(text)
        #expect(routes.map(\.destination.description) == ["0.0.0.0/0", "172.17.0.0/16", "169.254.1.1/32"])
        #expect(routes.allSatisfy { $0.interface == "eth0" })
        #expect(Route.parse("").isEmpty)
    }

    @Test func resolver() {
        let resolver = ResolverConfiguration(
            text: """
                # nameserver 1.1.1.1
                ; nameserver 2.2.2.2
                domain example.org
                nameserver 10.96.0.10 trailing
                nameserver\tfd00::10
                nameserver
                search default.svc.cluster.local svc.cluster.local
                options ndots:5 edns0
                options trust-ad
                sortlist 10.0.0.0
                """)
        #expect(resolver.nameservers == ["10.96.0.10", "fd00::10"])
        #expect(resolver.search == ["default.svc.cluster.local", "svc.cluster.local"])
        #expect(resolver.options == ["ndots:5", "edns0", "trust-ad"])
        #expect(resolver.loopbackServers.isEmpty)
        #expect(ResolverConfiguration(text: "") == ResolverConfiguration())
    }

    @Test func loopbackServers() {
        let resolver = ResolverConfiguration(nameservers: ["127.0.0.53", "::1", "10.0.0.1", "1.127.0.1"])
        #expect(resolver.loopbackServers == ["127.0.0.53", "::1"])
    }

    private func facts(_ routes: [(String, String)]) -> NetworkFacts {
        NetworkFacts(
            interfaces: [
                NetworkInterface(name: "eth0", mtu: 1500, addresses: []),
                NetworkInterface(name: "net1", mtu: 9000, addresses: []),
            ],
            routes: routes.compactMap { destination, interface in
                IPv4Network(destination).map { Route(destination: $0, interface: interface) }
            },
            resolver: .init(), serviceHost: nil, hasBridgeNetfilter: true)
    }

    @Test func uplink() {
        #expect(facts([("10.0.0.0/8", "eth0"), ("0.0.0.0/0", "net1")]).uplink?.name == "net1")
        #expect(facts([("10.0.0.0/8", "eth0")]).uplink == nil)
        #expect(facts([]).uplink == nil)
    }

    /// A route that refuses packets names no interface; the one after it counts.
    @Test func uplinkBesideAnUnreachableRoute() {
        #expect(facts([("0.0.0.0/0", "*"), ("0.0.0.0/0", "eth0")]).uplink?.name == "eth0")
    }

    // MARK: - IPv4 networks

    @Test(arguments: [
        ("172.17.0.1/16", "172.17.0.1/16"), ("10.0.0.1", "10.0.0.1/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("255.255.255.255/32", "255.255.255.255/32"),
    ])
    func addresses(text: String, expected: String) {
        #expect(IPv4Network(text)?.description == expected)
    }

    @Test(arguments: [
        "", "/", "/8", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/-1", "1.2.3.4/8/8", "1.2.3.4/x", "a.b.c.d", " 1.2.3.4", "1..3.4", "fd00::1",
    ])
    func noAddresses(text: String) {
        #expect(IPv4Network(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.2.3/32", true), ("10.0.0.0/8", "11.0.0.0/8", false),
        ("0.0.0.0/0", "192.168.1.1/32", true), ("0.0.0.0/0", "0.0.0.0/0", true),
        ("10.0.0.1/32", "10.0.0.1/32", true), ("10.0.0.1/32", "10.0.0.2/32", false),
        ("172.17.3.4/16", "172.17.200.1/24", true), ("172.16.0.0/12", "172.31.255.255/32", true),
        ("172.16.0.0/12", "172.32.0.0/16", false), ("128.0.0.0/1", "127.255.255.255/32", false),
    ])
    func overlaps(left: String, right: String, expected: Bool) throws {
        let (left, right) = (try #require(IPv4Network(left)), try #require(IPv4Network(right)))
        #expect(left.overlaps(right) == expected)
        #expect(right.overlaps(left) == expected)
    }

    @Test func networksAndMasks() throws {
        let address = try #require(IPv4Network("10.97.3.4/24"))
        #expect(address.network.description == "10.97.3.0/24")
        #expect(address.widened(to: 12).description == "10.96.0.0/12")
        #expect(address.widened(to: 28).description == "10.97.3.0/24")
        #expect(address.addressText == "10.97.3.4")
        #expect(IPv4Network(address: 1, prefixLength: 0).mask == 0)
        #expect(IPv4Network(address: 1, prefixLength: 32).mask == .max)
        #expect(IPv4Network(address: 1, prefixLength: 40).prefixLength == 32)
        #expect(IPv4Network(address: 1, prefixLength: -1).prefixLength == 0)
    }
}

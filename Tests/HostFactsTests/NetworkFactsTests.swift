import HostFacts
import Testing

struct NetworkFactsTests {
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
}

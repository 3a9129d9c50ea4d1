import HostFacts
import Testing

struct IPv6FactsTests {
    private let addresses = """
        fd000000000000000000000000000002 02 40 00 80     eth0
        fe8000000000000000fc00fffe000001 02 40 20 80     eth0
        00000000000000000000000000000001 01 80 10 80       lo
        """

    private func route(flags: String, interface: String = "eth0") -> String {
        """
        fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0
        00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000002 00000000 \(flags) \(interface)
        """
    }

    @Test func aWayOut() {
        let facts = IPv6Facts.parse(addresses: addresses, routes: route(flags: "00000003"))
        #expect(facts.addresses == ["fd00:0:0:0:0:0:0:2/64"])
        #expect(facts.uplink == "eth0")
        #expect(facts.hasWayOut && !facts.isUplinkAdvertised)
    }

    /// What a router has told (RTF_ADDRCONF) is forgotten when forwarding is turned on, unless accept_ra is 2.
    @Test func anAdvertisedRoute() {
        let text = route(flags: "00040003")
        #expect(IPv6Facts.parse(addresses: addresses, routes: text).isUplinkAdvertised)
        #expect(
            !IPv6Facts.parse(addresses: addresses, routes: text, acceptingWhileForwarding: ["eth0"])
                .isUplinkAdvertised)
    }

    /// The kernel's own default route on lo refuses packets.
    @Test(arguments: [("00000003", "lo"), ("00000201", "eth0"), ("00000002", "eth0"), ("x", "eth0")])
    func noWayOut(flags: String, interface: String) {
        let facts = IPv6Facts.parse(
            addresses: addresses, routes: route(flags: flags, interface: interface))
        #expect(!facts.hasWayOut)
    }

    @Test func linkLocalAloneIsNoWayOut() {
        let facts = IPv6Facts.parse(
            addresses: "fe8000000000000000fc00fffe000001 02 40 20 80     eth0",
            routes: route(flags: "00000003"))
        #expect(!facts.hasWayOut)
    }
}

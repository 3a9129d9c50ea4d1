import HostFacts
import Testing

struct IPv4NetworkTests {
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

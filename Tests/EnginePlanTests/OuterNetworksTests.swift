import HostFacts
import Testing

@testable import EnginePlan

@Suite struct OuterNetworksTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    /// A Pod of a cluster with kubeadm's usual networks.
    private func pod() throws -> HostFacts {
        var facts = host
        facts.network = NetworkFacts(
            interfaces: [
                NetworkInterface(
                    name: "eth0", mtu: 1450, addresses: ["10.244.1.7/24"].compactMap { IPv4Network($0) })
            ],
            routes: ["0.0.0.0/0"].compactMap { IPv4Network($0) }.map {
                Route(destination: $0, interface: "eth0")
            },
            resolver: ResolverConfiguration(nameservers: ["10.96.0.10"]), serviceHost: "10.96.0.1",
            hasBridgeNetfilter: true)
        return facts
    }

    @Test func theAddressIsThatOfTheDefaultRoute() throws {
        let networks = OuterNetworks(facts: try pod(), settings: DindSettings())
        #expect(networks.address == "10.244.1.7")
        #expect(networks.mtu <= 1450)
    }

    @Test func whatIsReachedAndWhatTheEngineTakesIsTaken() throws {
        let networks = OuterNetworks(facts: try pod(), settings: DindSettings())
        let bridge = NetworkPlanner.plan(try pod(), settings: DindSettings()).bridge
        for address in ["10.244.1.8/32", "10.96.0.1/32", "10.96.0.10/32", bridge] {
            let one = try #require(IPv4Network(address))
            #expect(networks.taken.contains { $0.overlaps(one) }, "\(address)")
        }
        // The nested cluster's own networks are free.
        for network in ["10.245.0.0/16", "10.246.0.0/16"] {
            let free = try #require(IPv4Network(network))
            #expect(!networks.taken.contains { $0.overlaps(free) }, "\(network)")
        }
    }

    @Test func aChosenBridgeIsTakenToo() throws {
        var settings = DindSettings()
        settings.bridgeAddress = .init("10.245.0.1/24", from: .environment)
        let networks = OuterNetworks(facts: try pod(), settings: settings)
        let pods = try #require(IPv4Network("10.245.0.0/16"))
        #expect(networks.taken.contains { $0.overlaps(pods) })
    }

    @Test func withoutADefaultRouteThereIsNoAddress() throws {
        var facts = try pod()
        facts.network.routes = []
        #expect(OuterNetworks(facts: facts, settings: DindSettings()).address == nil)
    }
}

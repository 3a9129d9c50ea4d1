public import HostFacts

/// The networks that a nested cluster's own must not hide, and the address that it is reached at.
public struct OuterNetworks: Sendable, Equatable {
    /// What is reached from here, and what the nested engine takes for itself.
    public var taken: [IPv4Network]
    /// This container's own address; nil where no default route leads anywhere.
    public var address: String?
    /// The MTU of the nested networks.
    public var mtu: Int

    /// Works them out as for the engine itself.
    public init(facts: HostFacts, settings: DindSettings) {
        let engine = NetworkPlanner.plan(facts, settings: settings)
        taken = NetworkPlanner.takenNetworks(facts).map(\.network) + engine.pools
        if let bridge = IPv4Network(engine.bridge) { taken.append(bridge.network) }
        address = facts.network.uplink?.addresses.first?.addressText
        mtu = engine.mtu
    }
}

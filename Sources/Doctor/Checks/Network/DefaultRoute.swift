internal import HostFacts

extension Check {
    static let defaultRoute = Check(
        "default-route", "There is a way out", area: .network,
        why:
            "Without a default route nested containers reach nothing outside, and a cluster has no address to be reached at.",
        explanation: "A default route in `/proc/net/route` through an interface with an IPv4 address.",
        cure: "leave docker run --network none out; on a host with IPv6 only, use a network with both"
    ) { facts in
        let source = "/proc/net/route"
        if let uplink = facts.host.network.uplink, let address = uplink.addresses.first {
            return [.ok("\(address.addressText) through \(uplink.name)", from: source)]
        }
        return [
            .warning(
                "no default route with an IPv4 address", from: source
            )
        ]
    }
}

/// What IPv6 is like in a network namespace, as far as an engine in it asks.
public struct IPv6Facts: Sendable, Equatable, Codable {
    /// Addresses that are good beyond their link, with the lengths of their prefixes, such as `fd00::7/64`.
    public var addresses: [String]
    /// The interface of the default route; nil: there is none.
    public var uplink: String?
    /// Whether the default route was learned from a router's advertisement. The kernel forgets such a route when
    /// forwarding is turned on (`rt6_purge_dflt_routers`, net/ipv6/route.c), unless `accept_ra` is 2.
    public var isUplinkAdvertised: Bool

    /// Facts from their parts.
    public init(addresses: [String] = [], uplink: String? = nil, isUplinkAdvertised: Bool = false) {
        self.addresses = addresses
        self.uplink = uplink
        self.isUplinkAdvertised = isUplinkAdvertised
    }

    /// Whether anything outside can be reached.
    public var hasWayOut: Bool { uplink != nil && !addresses.isEmpty }

    /// Reads `/proc/net/if_inet6` and `/proc/net/ipv6_route`.
    ///
    /// - Parameter acceptingWhileForwarding: Interfaces whose `accept_ra` is 2.
    public static func parse(
        addresses: String, routes: String, acceptingWhileForwarding: Set<String> = []
    ) -> IPv6Facts {
        var facts = IPv6Facts()
        for line in addresses.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // Address, index, length of the prefix, scope (0: global), flags, name.
            guard fields.count == 6, fields[3] == "00", fields[5] != "lo",
                let length = Int(fields[2], radix: 16), fields[0].utf8.count == 32
            else { continue }
            facts.addresses.append("\(text(fields[0]))/\(length)")
        }
        for line in routes.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // Destination, its length, source, its length, next hop, metric, two counters, flags, name.
            guard fields.count == 10, fields[0].allSatisfy({ $0 == "0" }), fields[1] == "00",
                let flags = UInt32(fields[8], radix: 16), fields[9] != "lo",
                // Up, and not one that refuses packets (RTF_UP, RTF_REJECT; linux/route.h).
                flags & 0x1 != 0, flags & 0x200 == 0
            else { continue }
            facts.uplink = String(fields[9])
            // RTF_ADDRCONF (linux/ipv6_route.h).
            facts.isUplinkAdvertised =
                flags & 0x40000 != 0 && !acceptingWhileForwarding.contains(String(fields[9]))
            break
        }
        return facts
    }

    /// Eight groups of four digits, without leading zeros (RFC 5952 but for the shortened run).
    private static func text(_ digits: Substring) -> String {
        var groups: [String] = []
        var rest = digits
        while !rest.isEmpty {
            let group = rest.prefix(4).drop { $0 == "0" }
            groups.append(group.isEmpty ? "0" : String(group))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: ":")
    }
}

/// A network interface.
public struct NetworkInterface: Sendable, Equatable, Codable {
    /// Its name, such as `eth0`.
    public var name: String
    /// The largest packet it takes, in bytes.
    public var mtu: Int
    /// Its IPv4 addresses with their networks.
    public var addresses: [IPv4Network]
    /// The bridge that it is a port of.
    public var bridge: String?

    /// An interface from its parts.
    public init(name: String, mtu: Int, addresses: [IPv4Network], bridge: String? = nil) {
        self.name = name
        self.mtu = mtu
        self.addresses = addresses
        self.bridge = bridge
    }
}

extension NetworkInterface {
    /// Whether a Docker engine made it for its networks: `docker0`, or `br-` and the first twelve digits of
    /// a network's identifier.
    public var isEngineBridge: Bool { Self.isEngineBridge(name) }

    /// Whether this is the name of an engine's bridge.
    public static func isEngineBridge(_ name: some StringProtocol) -> Bool {
        guard name != "docker0" else { return true }
        let digits = name.dropFirst(3)
        return name.hasPrefix("br-") && digits.utf8.count == 12
            && digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// A route of the main IPv4 table.
public struct Route: Sendable, Equatable, Codable {
    /// What it leads to; `0.0.0.0/0` is the default route.
    public var destination: IPv4Network
    /// The interface it leaves by.
    public var interface: String
    /// The router that it leads over; nil: what it leads to is on the interface's own link.
    public var gateway: IPv4Network?

    /// A route from its parts.
    public init(destination: IPv4Network, interface: String, gateway: IPv4Network? = nil) {
        self.destination = destination
        self.interface = interface
        self.gateway = gateway
    }

    /// Reads `/proc/net/route`, whose addresses are hexadecimal in the byte order of the machine; all of
    /// Swift's Linux platforms are little-endian.
    public static func parse(_ text: String) -> [Route] {
        text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard fields.count >= 8, let destination = UInt32(fields[1], radix: 16),
                let gateway = UInt32(fields[2], radix: 16), let mask = UInt32(fields[7], radix: 16)
            else { return nil }
            return Route(
                destination: IPv4Network(
                    address: destination.byteSwapped, prefixLength: mask.nonzeroBitCount),
                interface: String(fields[0]),
                gateway: gateway == 0
                    ? nil : IPv4Network(address: gateway.byteSwapped, prefixLength: 32)
            )
        }
    }
}

/// The resolver's configuration (resolv.conf(5)).
public struct ResolverConfiguration: Sendable, Equatable, Codable {
    /// Addresses of the name servers, IPv4 or IPv6.
    public var nameservers: [String]
    /// Domains that are tried in turn.
    public var search: [String]
    /// Options, such as `ndots:5`.
    public var options: [String]

    /// A configuration from its parts.
    public init(nameservers: [String] = [], search: [String] = [], options: [String] = []) {
        self.nameservers = nameservers
        self.search = search
        self.options = options
    }

    /// Reads a `resolv.conf` text; the last `search` or `domain` line wins.
    public init(text: String) {
        self.init()
        for line in text.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix(";") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            switch words.first {
            case "nameserver": nameservers += words.dropFirst().prefix(1)
            case "search", "domain": search = Array(words.dropFirst())
            case "options": options += words.dropFirst()
            default: break
            }
        }
    }

    /// The servers that only this network namespace reaches: a loopback address.
    public var loopbackServers: [String] {
        nameservers.filter { $0.hasPrefix("127.") || $0 == "::1" }
    }
}

/// The network as the process sees it.
public struct NetworkFacts: Sendable, Equatable, Codable {
    /// All interfaces but the loopback one.
    public var interfaces: [NetworkInterface]
    /// The IPv4 routes of the main table.
    public var routes: [Route]
    /// `/etc/resolv.conf`.
    public var resolver: ResolverConfiguration
    /// The outer cluster's API Service, from `KUBERNETES_SERVICE_HOST`.
    public var serviceHost: String?
    /// Whether packets of a bridge pass iptables (`/proc/sys/net/bridge` is there).
    public var hasBridgeNetfilter: Bool
    /// The sockets of the Docker engines that run in this network namespace, whatever container they are in.
    public var engineSockets: [String]
    /// IPv6.
    public var ipv6: IPv6Facts
    /// Whether this is the network namespace that the machine was booted with.
    public var isMachineNamespace: Bool

    /// Facts from their parts.
    public init(
        interfaces: [NetworkInterface], routes: [Route], resolver: ResolverConfiguration,
        serviceHost: String?, hasBridgeNetfilter: Bool, engineSockets: [String] = [],
        ipv6: IPv6Facts = IPv6Facts(), isMachineNamespace: Bool = false
    ) {
        self.interfaces = interfaces
        self.routes = routes
        self.resolver = resolver
        self.serviceHost = serviceHost
        self.hasBridgeNetfilter = hasBridgeNetfilter
        self.engineSockets = engineSockets
        self.ipv6 = ipv6
        self.isMachineNamespace = isMachineNamespace
    }

    /// Whether an interface is the bridge of an engine that is no more: no engine runs in this namespace, and
    /// nothing is plugged into it. Only such a bridge is another engine's to take over.
    public func isStaleBridge(_ name: String) -> Bool {
        NetworkInterface.isEngineBridge(name) && engineSockets.isEmpty
            && !interfaces.contains { $0.bridge == name }
    }

    /// The interface of the default route, of IPv6's where IPv4 has none. Routes that refuse packets name none
    /// that is there (`*`).
    public var uplink: NetworkInterface? {
        uplinkIPv4 ?? interfaces.first { $0.name == ipv6.uplink }
    }

    /// The interface of the default route of IPv4.
    public var uplinkIPv4: NetworkInterface? {
        routes.lazy.filter { $0.destination.prefixLength == 0 }
            .compactMap { route in interfaces.first { $0.name == route.interface } }.first
    }

    /// The addresses by which this place is reached: those of all interfaces but an engine's own, of both families.
    public var ownAddresses: [String] {
        interfaces.filter { !$0.isEngineBridge }.flatMap { $0.addresses.map(\.addressText) }
            + ipv6.addresses.map { String($0.prefix { $0 != "/" }) }
    }
}

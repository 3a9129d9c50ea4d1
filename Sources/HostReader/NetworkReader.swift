internal import Glibc
public import HostFacts
internal import Linux

/// Reads interfaces, addresses, routes and resolver.
public enum NetworkReader {
    static func read() -> NetworkFacts {
        NetworkFacts(
            interfaces: interfaces(),
            routes: Route.parse(FactsReader.text("/proc/net/route")),
            resolver: ResolverConfiguration(text: FactsReader.text("/etc/resolv.conf")),
            serviceHost: Environment.value("KUBERNETES_SERVICE_HOST"),
            hasBridgeNetfilter: Files.exists("/proc/sys/net/bridge"),
            engineSockets: EngineSockets.parse(FactsReader.text("/proc/net/unix")),
            ipv6: ipv6(),
            // One of the settings that only the namespace has which the machine was booted with
            // (net/core/sysctl_net_core.c, net_core_table).
            isMachineNamespace: Files.exists("/proc/sys/net/core/netdev_budget")
        )
    }

    private static func ipv6() -> IPv6Facts {
        let settings = "/proc/sys/net/ipv6/conf"
        return IPv6Facts.parse(
            addresses: FactsReader.text("/proc/net/if_inet6"),
            routes: FactsReader.text("/proc/net/ipv6_route"),
            acceptingWhileForwarding: Set(
                Files.directories(in: settings).filter {
                    FactsReader.line("\(settings)/\($0)/accept_ra") == "2"
                }))
    }

    /// All interfaces but the loopback one, with their IPv4 addresses (getifaddrs(3)).
    public static func interfaces() -> [NetworkInterface] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var names: [String] = []
        var addresses: [String: [IPv4Network]] = [:]
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0 else { continue }
            let name = String(cString: entry.ifa_name)
            if !names.contains(name) { names.append(name) }
            guard let address = ipv4(entry.ifa_addr), let mask = ipv4(entry.ifa_netmask) else { continue }
            addresses[name, default: []].append(
                IPv4Network(address: address, prefixLength: mask.nonzeroBitCount))
        }
        return names.map { name in
            NetworkInterface(
                name: name, mtu: Int(FactsReader.line("/sys/class/net/\(name)/mtu")) ?? 1500,
                addresses: addresses[name] ?? [],
                bridge: Files.resolved("/sys/class/net/\(name)/master")?
                    .split(separator: "/").last.map(String.init))
        }
    }

    private static func ipv4(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
        guard let address, address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
    }
}

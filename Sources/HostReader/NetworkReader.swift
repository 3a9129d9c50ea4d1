internal import HostFacts
internal import Linux

/// Interfaces, addresses, routes and resolver.
extension FactsReader {
    func network() -> NetworkFacts {
        NetworkFacts(
            interfaces: calls.interfaces(),
            routes: Route.parse(text("/proc/net/route")),
            resolver: ResolverConfiguration(text: text("/etc/resolv.conf")),
            serviceHost: environment["KUBERNETES_SERVICE_HOST"],
            hasBridgeNetfilter: exists("/proc/sys/net/bridge"),
            engineSockets: EngineSockets.parse(text("/proc/net/unix")),
            ipv6: ipv6(),
            // One of the settings that only the namespace has which the machine was booted with
            // (net/core/sysctl_net_core.c, net_core_table).
            isMachineNamespace: exists("/proc/sys/net/core/netdev_budget")
        )
    }

    private func ipv6() -> IPv6Facts {
        let settings = "/proc/sys/net/ipv6/conf"
        return IPv6Facts.parse(
            addresses: text("/proc/net/if_inet6"),
            routes: text("/proc/net/ipv6_route"),
            acceptingWhileForwarding: Set(
                Files.directories(in: root + settings).filter { line("\(settings)/\($0)/accept_ra") == "2" }))
    }
}

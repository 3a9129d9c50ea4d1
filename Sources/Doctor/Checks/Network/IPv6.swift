internal import HostFacts

extension Check {
    static let ipv6 = Check(
        "ipv6", "IPv6 is on", area: .network,
        why: "Clusters of the families ipv6 and dual need it; those of ipv4, the default, do not.",
        explanation:
            "`net.ipv6.conf.all.disable_ipv6` of this network namespace. Runtimes turn it off in containers without IPv6.",
        cure: "docker run --sysctl net.ipv6.conf.all.disable_ipv6=0",
        symptoms: ["disable_ipv6", "cannot assign requested address [::"], purposes: [.cluster]
    ) { facts in
        let source = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
        switch facts.host.kernel.settings["net.ipv6.conf.all.disable_ipv6"] {
        case "0": return [.ok("on", from: source)]
        case nil: return [.info("the kernel has none", from: source)]
        default:
            return [
                .advice(
                    "off: for clusters of family ipv4 only", from: source)
            ]
        }
    }
}

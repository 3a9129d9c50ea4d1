internal import HostFacts

extension Check {
    static let bridgeNetfilter = Check(
        "bridge-netfilter", "Packets of bridges pass iptables", area: .network,
        why:
            "Without br_netfilter containers of one bridge reach each other past all rules, and Services can fail from"
            + " the node that they lead to.",
        explanation: """
            `/proc/sys/net/bridge`. `kinkajou dind` loads the module where it can be found, and tells dockerd 28 to go on \
            without it.
            """,
        cure:
            "on the node: modprobe br_netfilter; in a Pod, mount /lib/modules read-only, and kinkajou"
            + " dind loads it",
        references: ["moby#48511"]
    ) { facts in
        let source = "/proc/sys/net/bridge"
        guard !facts.host.network.hasBridgeNetfilter else {
            return [.ok("br_netfilter is there", from: source)]
        }
        return [
            .advice(
                "br_netfilter is not loaded", from: source
            )
        ]
    }
}

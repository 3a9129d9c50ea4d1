internal import HostFacts

extension Check {
    static let rawSockets = Check(
        "cap-net-raw", "Raw sockets can be opened", area: .privileges,
        why:
            "iptables-legacy speaks to the kernel through a raw socket, and so do ping and DHCP in nested containers.",
        explanation:
            "CAP_NET_RAW in `CapEff` of `/proc/self/status`. Some clusters' policies drop it everywhere.",
        cure: "docker run --privileged; in a Pod: leave NET_RAW out of capabilities.drop"
    ) { facts in
        let source = "CapEff of /proc/self/status"
        guard !facts.host.process.effective.contains(.netRaw) else {
            return [.ok("CAP_NET_RAW is there", from: source)]
        }
        return [
            .warning(
                "CAP_NET_RAW is missing", from: source)
        ]
    }
}

internal import HostFacts

extension Check {
    static let forwarding = Check(
        "ip-forward", "Packets are forwarded", area: .network,
        why: "Nested containers' packets leave through this one's interface.",
        explanation: """
            `net.ipv4.ip_forward`, which dockerd turns on. Where `/proc/sys` is read-only it cannot, and has to find it on.
            """,
        cure: "docker run --privileged, or --sysctl net.ipv4.ip_forward=1"
    ) { facts in
        let source = "/proc/sys/net/ipv4/ip_forward"
        let isOn = facts.host.kernel.settings["net.ipv4.ip_forward"] == "1"
        if isOn { return [.ok("on", from: source)] }
        let holding = facts.host.mounts.holding(path: source)
        guard holding?.isReadOnly == true else { return [.info("off; dockerd turns it on", from: source)] }
        return [
            .error(
                "off, and \(holding?.mountPoint ?? "/proc") is read-only", from: source)
        ]
    }
}

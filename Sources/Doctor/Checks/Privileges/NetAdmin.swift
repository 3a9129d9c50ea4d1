internal import HostFacts

extension Check {
    static let netAdmin = Check(
        "cap-net-admin", "The network can be changed", area: .privileges,
        why:
            "Without CAP_NET_ADMIN there are no bridges and no iptables rules, so nested containers have no network.",
        explanation: "`CapEff` of `/proc/self/status` has to hold CAP_NET_ADMIN.",
        cure: "docker run --privileged; in a Pod: securityContext: {privileged: true}"
    ) { facts in
        let source = "CapEff of /proc/self/status"
        guard !facts.host.process.effective.contains(.netAdmin) else {
            return [.ok("CAP_NET_ADMIN is there", from: source)]
        }
        return [
            .error(
                "CAP_NET_ADMIN is missing, so nested containers can have no network", from: source)
        ]
    }
}

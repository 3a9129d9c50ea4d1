internal import EnginePlan
internal import HostFacts

extension Check {
    static let mtu = Check(
        "mtu", "Packets are not larger than the way out", area: .network,
        why: "Larger packets vanish: small transfers work, TLS handshakes and downloads hang.",
        explanation: """
            The MTU of the interface of the default route against the one that nested networks get. `kinkajou dind` uses the \
            smaller of it and 1500, unless told otherwise. Below 1280 IPv6 does not work (RFC 8200), below 576 hardly anything.
            """,
        cure: "correct the MTU of the outer network, or of the network plug-in of the outer cluster",
        references: ["calico#2334", "envbox#167"]
    ) { facts in
        guard let uplink = facts.host.network.uplink else {
            return facts.planned(
                .mtu, from: "/proc/net/route",
                otherwise: .ok("no way out to measure by", from: "/proc/net/route"))
        }
        let source = "/sys/class/net/\(uplink.name)/mtu"
        let found = "\(uplink.name) has \(uplink.mtu)"
        if uplink.mtu < 576 {
            return [.error("\(found): too small for most programs", from: source)]
        }
        if uplink.mtu < 1280 { return [.warning("\(found): too small for IPv6", from: source)] }
        return facts.planned(
            .mtu, from: source,
            otherwise: .ok(
                "\(found), nested networks get \(facts.decision("mtu")?.choice ?? "?")", from: source))
    }
}

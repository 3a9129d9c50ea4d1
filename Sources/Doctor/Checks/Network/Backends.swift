internal import EnginePlan
internal import HostFacts

extension Check {
    static let backends = Check(
        "iptables-backends", "Rules are in one backend only", area: .network,
        why:
            "Rules of both backends apply at once; whoever reads one of them does not understand what happens.",
        explanation: "The rules of `iptables-legacy-save` and `iptables-nft-save` in this network namespace.",
        cure: "flush the one that nobody needs: iptables-legacy -t nat -F, or iptables-nft -t nat -F"
    ) { facts in
        let source = "iptables-legacy-save, iptables-nft-save"
        let unread = [facts.host.packetFilter.legacy, facts.host.packetFilter.nft].compactMap(\.saveError)
        guard unread.isEmpty else {
            return [.warning("cannot be read: \(unread.joined(separator: "; "))", from: source)]
        }
        let (legacy, nft) = (facts.host.packetFilter.legacy.ruleCount, facts.host.packetFilter.nft.ruleCount)
        guard legacy > 0, nft > 0 else { return [.ok("\(legacy) legacy, \(nft) nft", from: source)] }
        return [
            .advice(
                "\(legacy) rules in legacy and \(nft) in nft; \(facts.decision("iptables")?.choice ?? "?") is used",
                from: source)
        ]
    }
}

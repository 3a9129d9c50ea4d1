internal import EnginePlan
internal import HostFacts

extension Check {
    static let packetFilterProgram = Check(
        "iptables", "iptables is installed", area: .network,
        why: "The engine's networks are made with it.",
        explanation: "`iptables-nft` or `iptables-legacy` on PATH; Debian's package iptables brings both.",
        cure: "install Debian's package iptables in the image"
    ) { facts in
        let filter = facts.host.packetFilter
        return facts.planned(
            .packetFilterProgram, from: "PATH",
            otherwise: .ok(
                [filter.nft.command, filter.legacy.command].compactMap { $0 }.joined(separator: ", "),
                from: "PATH"))
    }
}

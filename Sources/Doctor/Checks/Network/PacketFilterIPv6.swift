internal import EnginePlan
internal import HostFacts

extension Check {
    static let packetFilterIPv6 = Check(
        "ip6tables-nat", "ip6tables does what dockerd needs", area: .network,
        why: "dockerd 27 and newer use it by default, and do not start where the kernel has no IPv6 NAT.",
        explanation:
            "dockerd's kinds of rules, tried in a network namespace of its own. Where they fail `kinkajou dind` turns"
            + " it off.",
        cure: "for IPv6 in nested networks, on the node: modprobe ip6table_nat",
        references: ["moby#47895", "moby#49504", "kind#4019"],
        purposes: Purpose.withDocker
    ) { facts in
        let source = "ip6tables-restore in a new network namespace"
        let filter = facts.host.packetFilter.ipv6(facts.packetFilter)
        guard !filter.isUsable else { return [.ok("works", from: source)] }
        let reason =
            filter.command == nil
            ? "ip6tables is not installed" : filter.obstacle.flatMap { filter.failures[$0] } ?? ""
        return [.advice("\(reason); dockerd is told to do without", from: source)]
    }
}

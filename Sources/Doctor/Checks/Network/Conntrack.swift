internal import HostFacts

extension Check {
    static let conntrack = Check(
        "conntrack", "There is room for connections", area: .network,
        why: "When the kernel's table of connections is full, new ones are dropped without a word.",
        explanation: """
            `nf_conntrack_count` against `nf_conntrack_max`. kube-proxy likes to raise the limit, which is not writable \
            outside of the machine's own network namespace; kind tells it not to.
            """,
        cure: "on the node: sysctl -w net.netfilter.nf_conntrack_max=131072",
        references: ["kind#2240", "k8s#141943"]
    ) { facts in
        let source = "/proc/sys/net/netfilter/nf_conntrack_count, nf_conntrack_max"
        guard let conntrack = facts.host.conntrack else {
            return [.ok("no connection is tracked yet", from: source)]
        }
        let found = "\(conntrack.count) of \(conntrack.limit) used"
        guard conntrack.count * 10 > conntrack.limit * 9 || conntrack.limit < 4096 else {
            return [.ok(found, from: source)]
        }
        return [
            .warning(
                found, from: source)
        ]
    }
}

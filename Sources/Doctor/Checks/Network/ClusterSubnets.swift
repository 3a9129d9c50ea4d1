internal import EnginePlan
internal import HostFacts

extension Check {
    static let clusterSubnets = Check(
        "cluster-subnets", "The cluster's networks hide nothing", area: .network,
        why:
            "With kind's own 10.244.0.0/16 and 10.96.0.0/16 a nested cluster hides the outer one's, which has them too.",
        explanation: """
            Kinkajou's 10.245.0.0/16 for Pods and 10.246.0.0/16 for Services against everything that is reached from here. \
            Where they are taken `kinkajou cluster` takes others, unless told otherwise (`--pod-subnet`, `--service-subnet`).
            """,
        cure: "to choose yourself: --pod-subnet and --service-subnet",
        purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/proc/net/route, getifaddrs(3), /etc/resolv.conf, KUBERNETES_SERVICE_HOST"
        let taken = OuterNetworks(facts: facts.host, settings: facts.settings).taken
        let usual = ["10.245.0.0/16", "10.246.0.0/16"].compactMap { IPv4Network($0) }
        let hidden = usual.filter { network in taken.contains { $0.overlaps(network) } }
        guard !hidden.isEmpty else {
            return [.ok("\(usual.map(\.description).joined(separator: " and ")) are free", from: source)]
        }
        return [
            .advice(
                "\(hidden.map(\.description).joined(separator: ", ")) taken; kinkajou cluster takes others",
                from: source)
        ]
    }
}

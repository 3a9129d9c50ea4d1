internal import HostFacts

extension Check {
    static let swap = Check(
        "swap", "There is no swap space", area: .resources,
        why:
            "Kubelets refuse to start on machines with swap unless told otherwise, and clusters on swap are slow.",
        explanation: "`SwapTotal` of `/proc/meminfo`. kind sets `failSwapOn: false` in its nodes.",
        cure: "nothing to do in kind's nodes; else swapoff -a on the node",
        purposes: Purpose.withKubernetes
    ) { facts in
        let source = "SwapTotal of /proc/meminfo"
        let swap = facts.host.resources.swapTotal
        guard swap > 0 else { return [.ok("none", from: source)] }
        return [.info("\(swap.asBytes); kind tells its kubelets to go on", from: source)]
    }
}

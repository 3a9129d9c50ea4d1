internal import HostFacts

extension Check {
    static let processes = Check(
        "pids", "There may be enough processes", area: .resources,
        why: "Every thread counts: at the limit fork fails with \"resource temporarily unavailable\".",
        explanation: """
            `pids.max` and `pids.current` of the own cgroup. A cluster of one node has some 500 threads and is given 1024 here, \
            an engine 128; in Pods the limit is the kubelet's `podPidsLimit`.
            """,
        cure: "docker run --pids-limit 4096; for Pods: podPidsLimit of the kubelet on the node",
        references: ["skypilot#3412"]
    ) { facts in
        let source = "pids.max and pids.current of the own cgroup"
        let resources = facts.host.resources
        if let failure = resources.startFailure { return [.error(failure, from: "clone(2)")] }
        guard let limit = resources.processLimit else { return [.ok("no limit", from: source)] }
        let wanted: UInt64 = facts.purpose.hasKubernetes ? 1024 : 128
        let left = limit - min(limit, resources.processes)
        guard left < wanted else {
            return [.ok("\(limit), of which \(resources.processes) are used", from: source)]
        }
        let found = "\(left) of \(limit) are left, and \(wanted) are needed"
        return [
            left < wanted / 8
                ? .error(found, from: source) : .warning(found, from: source)
        ]
    }
}

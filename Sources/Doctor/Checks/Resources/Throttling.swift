internal import HostFacts

extension Check {
    static let throttling = Check(
        "cpu-throttling", "The CPU limit does not bite", area: .resources,
        why: "A container that is held back most of the time misses the limits of containerd, kind and etcd.",
        explanation:
            "`nr_throttled` against `nr_periods` of `cpu.stat`, where there is a quota and it has run for 100 periods.",
        cure: "docker run --cpus with more; in a Pod: a larger limits.cpu, or none",
        references: ["docker-library/docker#195"]
    ) { facts in
        let source = "cpu.stat of the own cgroup"
        let resources = facts.host.resources
        guard resources.processorQuota != nil, let throttling = resources.throttling,
            throttling.periods >= 100
        else { return [.ok("no quota, or not felt yet", from: source)] }
        let share = throttling.throttled * 100 / throttling.periods
        let found = "held back in \(share) % of \(throttling.periods) periods"
        guard share >= 20 else { return [.ok(found, from: source)] }
        return [
            share >= 60 ? .warning(found, from: source) : .advice(found, from: source)
        ]
    }
}

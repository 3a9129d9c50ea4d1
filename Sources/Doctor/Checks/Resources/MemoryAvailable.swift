internal import HostFacts

extension Check {
    static let memoryAvailable = Check(
        "memory-available", "Memory is free", area: .resources,
        why: "Limits can be larger than what the machine still has; then the kernel kills whatever it likes.",
        explanation: "`MemAvailable` of `/proc/meminfo`: an engine wants 128 MiB, a cluster 1 GiB.",
        cure: "run it on a larger or less busy machine; in a Pod: resources: {requests: {memory: 2Gi}}"
    ) { facts in
        let source = "MemAvailable of /proc/meminfo"
        let available = facts.host.resources.memoryAvailable
        let wanted: UInt64 = facts.purpose.hasKubernetes ? 1 << 30 : 128 << 20
        // A small limit is named by a check of its own.
        guard available < min(wanted, facts.host.resources.memoryBound) else {
            return [.ok("\(available.asBytes) available", from: source)]
        }
        return [
            .warning(
                "\(available.asBytes) available on this machine, and \(wanted.asBytes) are needed",
                from: source)
        ]
    }
}

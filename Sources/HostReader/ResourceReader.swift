internal import HostFacts

/// What may be used here: by the own cgroup, and by the machine.
extension FactsReader {
    func resources(layout: CgroupLayout) -> ResourceFacts {
        var facts = ResourceFacts(
            processors: ResourceFacts.processors(inStatus: text("/proc/self/status")))
        facts.take(meminfo: text("/proc/meminfo"))
        switch layout {
        case .v2(let hierarchy): take(unified: hierarchy, into: &facts)
        case .v1(let hierarchies, _): take(hierarchies, into: &facts)
        case .none: break
        }
        return facts
    }

    private func take(unified hierarchy: CgroupHierarchy, into facts: inout ResourceFacts) {
        let own = directory(of: hierarchy)
        func text(_ name: String) -> String { self.text("\(own)/\(name)") }
        facts.memoryLimit = ResourceFacts.limit(text("memory.max"))
        facts.processorQuota = ResourceFacts.quota(cpuMax: text("cpu.max"))
        facts.throttling = ResourceFacts.throttling(cpuStat: text("cpu.stat"))
        facts.processLimit = ResourceFacts.limit(text("pids.max"))
        facts.processes = ResourceFacts.limit(text("pids.current")) ?? 0
        facts.killsAsGroup = text("memory.oom.group").hasPrefix("1")
    }

    private func take(_ hierarchies: [CgroupHierarchy], into facts: inout ResourceFacts) {
        func text(_ controller: Substring, _ name: String) -> String {
            guard
                let hierarchy = hierarchies.first(where: {
                    $0.name.split(separator: ",").contains(controller)
                })
            else { return "" }
            return self.text("\(directory(of: hierarchy))/\(name)")
        }
        facts.memoryLimit = ResourceFacts.limit(text("memory", "memory.limit_in_bytes"))
        facts.processorQuota = ResourceFacts.quota(
            text("cpu", "cpu.cfs_quota_us"), period: text("cpu", "cpu.cfs_period_us"))
        facts.throttling = ResourceFacts.throttling(cpuStat: text("cpu", "cpu.stat"))
        facts.processLimit = ResourceFacts.limit(text("pids", "pids.max"))
        facts.processes = ResourceFacts.limit(text("pids", "pids.current")) ?? 0
    }

    /// The own cgroup, or the mount's root where it does not lie in the mount.
    private func directory(of hierarchy: CgroupHierarchy) -> String {
        hierarchy.mountPoint + (hierarchy.ownPathInMount ?? "")
    }
}

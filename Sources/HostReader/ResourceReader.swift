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
        facts.memoryLimit = tightest(hierarchy) { ResourceFacts.limit(self.text("\($0)/memory.max")) }
        facts.processorQuota = tightest(hierarchy) { ResourceFacts.quota(cpuMax: self.text("\($0)/cpu.max")) }
        facts.throttling = ResourceFacts.throttling(cpuStat: text("cpu.stat"))
        facts.processLimit = ResourceFacts.limit(text("pids.max"))
        facts.processes = ResourceFacts.limit(text("pids.current")) ?? 0
        facts.killsAsGroup = text("memory.oom.group").hasPrefix("1")
    }

    private func take(_ hierarchies: [CgroupHierarchy], into facts: inout ResourceFacts) {
        func hierarchy(_ controller: Substring) -> CgroupHierarchy? {
            hierarchies.first { $0.name.split(separator: ",").contains(controller) }
        }
        func text(_ controller: Substring, _ name: String) -> String {
            hierarchy(controller).map { self.text("\(directory(of: $0))/\(name)") } ?? ""
        }
        facts.memoryLimit = hierarchy("memory").flatMap { hierarchy in
            tightest(hierarchy) { ResourceFacts.limit(self.text("\($0)/memory.limit_in_bytes")) }
        }
        facts.processorQuota = hierarchy("cpu").flatMap { hierarchy in
            tightest(hierarchy) {
                ResourceFacts.quota(
                    self.text("\($0)/cpu.cfs_quota_us"), period: self.text("\($0)/cpu.cfs_period_us"))
            }
        }
        facts.throttling = ResourceFacts.throttling(cpuStat: text("cpu", "cpu.stat"))
        facts.processLimit = ResourceFacts.limit(text("pids", "pids.max"))
        facts.processes = ResourceFacts.limit(text("pids", "pids.current")) ?? 0
    }

    /// The least of a limit, which holds for everything below the cgroup that has it: of the own cgroup, and of those
    /// above it as far as they can be seen. Where processes were moved below, the container's limit is above.
    private func tightest<Limit: Comparable>(_ hierarchy: CgroupHierarchy, _ limit: (String) -> Limit?)
        -> Limit?
    {
        var path = hierarchy.ownPathInMount ?? ""
        var limits: [Limit] = []
        while true {
            if let limit = limit(hierarchy.mountPoint + path) { limits.append(limit) }
            guard let slash = path.lastIndex(of: "/") else { return limits.min() }
            path = String(path[..<slash])
        }
    }

    /// The own cgroup, or the mount's root where it does not lie in the mount.
    private func directory(of hierarchy: CgroupHierarchy) -> String {
        hierarchy.mountPoint + (hierarchy.ownPathInMount ?? "")
    }
}

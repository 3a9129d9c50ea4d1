public import HostFacts
internal import Linux

/// What the cgroups say about this container's memory.
extension FactsReader {
    /// Reads it; nothing is known where no memory controller is seen.
    public func memory() -> MemoryFacts {
        let layout = CgroupLayout(
            mounts: mounts(), membership: CgroupMembership.parse(text("/proc/self/cgroup")))
        switch layout {
        case .v1(let hierarchies, _):
            guard let memory = hierarchies.first(where: { $0.name.split(separator: ",").contains("memory") })
            else { return MemoryFacts() }
            let own = directory(memory)
            return MemoryFacts(
                limit: MemoryFacts.limit(stat: text(own + "/memory.stat")), kills: killsBelow(own))
        case .v2(let hierarchy):
            return unified(hierarchy)
        case .none:
            return MemoryFacts()
        }
    }

    /// Version 2 says of each cgroup what is set there; its limit is the least up to the container's own.
    private func unified(_ hierarchy: CgroupHierarchy) -> MemoryFacts {
        var facts = MemoryFacts()
        var path = directory(hierarchy)
        while path.utf8.count >= hierarchy.mountPoint.utf8.count {
            if let limit = MemoryFacts.limit(max: text(path + "/memory.max")) {
                facts.limit = min(limit, facts.limit ?? limit)
            }
            facts.kills = max(facts.kills, MemoryFacts.kills(text(path + "/memory.events")))
            guard let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
        return facts
    }

    private func directory(_ hierarchy: CgroupHierarchy) -> String {
        let own = hierarchy.mountPoint + (hierarchy.ownPathInMount ?? "")
        return exists(own) ? own : hierarchy.mountPoint
    }

    /// Version 1 counts for each cgroup by itself.
    private func killsBelow(_ directory: String) -> Int {
        Files.directories(in: root + directory).reduce(
            MemoryFacts.kills(text(directory + "/memory.oom_control"))
        ) { $0 + killsBelow(directory + "/" + $1) }
    }
}

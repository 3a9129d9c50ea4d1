public import HostFacts
internal import Linux

/// Reads what the cgroups say about this container's memory.
public enum MemoryReader {
    /// Reads it; nothing is known where no memory controller is seen.
    public static func read() -> MemoryFacts {
        let layout = CgroupLayout(
            mounts: Mount.parse(mountinfo: FactsReader.text("/proc/self/mountinfo")),
            membership: CgroupMembership.parse(FactsReader.text("/proc/self/cgroup")))
        switch layout {
        case .v1(let hierarchies, _):
            guard let memory = hierarchies.first(where: { $0.name.split(separator: ",").contains("memory") })
            else { return MemoryFacts() }
            let own = directory(memory)
            return MemoryFacts(
                limit: MemoryFacts.limit(stat: FactsReader.text(own + "/memory.stat")), kills: killsBelow(own)
            )
        case .v2(let hierarchy):
            return unified(hierarchy)
        case .none:
            return MemoryFacts()
        }
    }

    /// Version 2 says of each cgroup what is set there; its limit is the least up to the container's own.
    private static func unified(_ hierarchy: CgroupHierarchy) -> MemoryFacts {
        var facts = MemoryFacts()
        var path = directory(hierarchy)
        while path.utf8.count >= hierarchy.mountPoint.utf8.count {
            if let limit = MemoryFacts.limit(max: FactsReader.text(path + "/memory.max")) {
                facts.limit = min(limit, facts.limit ?? limit)
            }
            facts.kills = max(facts.kills, MemoryFacts.kills(FactsReader.text(path + "/memory.events")))
            guard let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
        return facts
    }

    private static func directory(_ hierarchy: CgroupHierarchy) -> String {
        let own = hierarchy.mountPoint + (hierarchy.ownPathInMount ?? "")
        return Files.exists(own) ? own : hierarchy.mountPoint
    }

    /// Version 1 counts for each cgroup by itself.
    private static func killsBelow(_ directory: String) -> Int {
        Files.directories(in: directory).reduce(
            MemoryFacts.kills(FactsReader.text(directory + "/memory.oom_control"))
        ) { $0 + killsBelow(directory + "/" + $1) }
    }
}

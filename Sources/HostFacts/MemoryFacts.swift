/// What the cgroups of a container say about its memory.
public struct MemoryFacts: Sendable, Equatable {
    /// The most that it may use, in bytes; nil: as much as the machine has.
    public var limit: UInt64?
    /// How many processes in it the kernel has killed because that was used up.
    public var kills: Int

    /// Facts from their parts.
    public init(limit: UInt64? = nil, kills: Int = 0) {
        self.limit = limit
        self.kills = kills
    }

    /// The least limit of a version 1 cgroup and those above it: `hierarchical_memory_limit` of its `memory.stat`
    /// (the kernel's `admin-guide/cgroup-v1/memory.rst`).
    public static func limit(stat text: String) -> UInt64? {
        // Without a limit it is the largest number of whole pages.
        value("hierarchical_memory_limit", in: text).flatMap { UInt64($0) }.flatMap {
            $0 < 1 << 60 ? $0 : nil
        }
    }

    /// The limit of a version 2 cgroup: its `memory.max` (the kernel's `admin-guide/cgroup-v2.rst`).
    public static func limit(max text: String) -> UInt64? {
        UInt64(text.prefix { $0.isNumber })
    }

    /// The kills in a cgroup: `oom_kill` of `memory.oom_control` (version 1, that cgroup alone) or of
    /// `memory.events` (version 2, with all below).
    public static func kills(_ text: String) -> Int {
        value("oom_kill", in: text).flatMap { Int($0) } ?? 0
    }

    private static func value(_ name: String, in text: String) -> Substring? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == name { return fields[1] }
        }
        return nil
    }
}

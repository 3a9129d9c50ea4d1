internal import EnginePlan
internal import Linux

/// The directories of the engine's cgroups. They are looked at once the hierarchies are as the strategy wants
/// them: before, the same path may be another container's, or the machine's own engine's.
struct EngineCgroups: Sendable {
    private let directories: [String]

    /// Those of a strategy that has worked. One that is there already is somebody else's, and is never touched.
    init(of strategy: CgroupStrategy) {
        directories = strategy.parentDirectories.filter { !Files.exists($0) }
    }

    /// Those that a strategy itself has made, with names that nobody else has.
    init(madeBy strategy: CgroupStrategy) {
        directories = strategy.parentDirectories
    }

    /// Removes the cgroups, with every process in them. The result names what is left.
    func sweep(within limit: Duration) async -> [String] {
        await withTaskGroup(of: [String].self) { group in
            for directory in directories {
                group.addTask { await CgroupSweeper.sweep(directory, within: limit) }
            }
            return await group.reduce(into: []) { $0 += $1 }.map { "cgroup \($0)" }.sorted()
        }
    }
}

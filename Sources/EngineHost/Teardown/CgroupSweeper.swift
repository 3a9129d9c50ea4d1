internal import Glibc
internal import HostFacts
internal import HostReader
internal import Linux

/// Empties and removes a tree of cgroups.
enum CgroupSweeper {
    /// Ends every process in the tree and removes its cgroups, in one hierarchy. The result names cgroups
    /// that are still there when the time is over.
    static func sweep(_ directory: String, within limit: Duration) async -> [String] {
        let deadline = ContinuousClock.now + limit
        // What is mounted inside the tree is another tree: the container's own, bound to where /proc names it.
        let mounted = Set(
            FactsReader().mounts().map(\.mountPoint)
                .filter { $0 != directory && $0.isWithin(path: directory) })
        while true {
            for cgroup in tree(directory, without: mounted) { killMembers(of: cgroup) }
            for cgroup in tree(directory, without: mounted).reversed() {
                try? Files.removeDirectory(cgroup)
            }
            let left = tree(directory, without: mounted).filter { cgroup in
                // Those above a mount point go when that has been unmounted.
                !mounted.contains { $0.isWithin(path: cgroup) }
            }
            if left.isEmpty { return [] }
            if ContinuousClock.now >= deadline { return left }
            // A killed process leaves its cgroup when the kernel has taken it apart.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func killMembers(of cgroup: String) {
        for process in members(of: cgroup) {
            // 0 is a process of another PID namespace: never signal that, kill(0) means our own group.
            if let pid = pid_t(process), pid > 1, pid != getpid() { kill(pid, SIGKILL) }
        }
    }

    private static func members(of cgroup: String) -> [String] {
        ((try? Files.read(cgroup + "/cgroup.procs")) ?? "").split(separator: "\n").map(String.init)
    }

    /// A cgroup and all below it, outer ones first, but for what is mounted there.
    private static func tree(_ directory: String, without mounted: Set<String>) -> [String] {
        guard Files.exists(directory), !mounted.contains(directory) else { return [] }
        return [directory]
            + Files.directories(in: directory).flatMap { tree(directory + "/" + $0, without: mounted) }
    }
}

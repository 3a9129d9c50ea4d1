internal import Glibc
internal import Linux

/// Empties and removes a tree of cgroups.
enum CgroupSweeper {
    /// Ends every process in the tree and removes its cgroups, in one hierarchy. The result names cgroups
    /// that are still there when the time is over.
    static func sweep(_ directory: String, within limit: Duration) async -> [String] {
        let deadline = ContinuousClock.now + limit
        while true {
            guard Files.exists(directory) else { return [] }
            for cgroup in tree(directory) { killMembers(of: cgroup) }
            for cgroup in tree(directory).reversed() { try? Files.removeDirectory(cgroup) }
            guard Files.exists(directory) else { return [] }
            if ContinuousClock.now >= deadline { return tree(directory) }
            // A killed process leaves its cgroup when the kernel has taken it apart.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The processes in a tree of cgroups.
    static func members(below directory: String) -> [String] {
        tree(directory).flatMap { members(of: $0) }
    }

    private static func killMembers(of cgroup: String) {
        for process in members(of: cgroup) {
            // 0 is a process of another PID namespace: never signal that, kill(0) means our own group.
            if let pid = pid_t(process), pid > 1 { kill(pid, SIGKILL) }
        }
    }

    private static func members(of cgroup: String) -> [String] {
        ((try? Files.read(cgroup + "/cgroup.procs")) ?? "").split(separator: "\n").map(String.init)
    }

    /// A cgroup and all below it, outer ones first.
    private static func tree(_ directory: String) -> [String] {
        [directory] + Files.directories(in: directory).flatMap { tree(directory + "/" + $0) }
    }
}

internal import Glibc
internal import Linux

/// Moves processes between version 2 cgroups. A cgroup with controllers for its children may hold no
/// process itself (cgroups(7), "no internal processes" rule), and at any moment a probe or an exec may put
/// a new one there: so everything here is tried again, a bounded number of times.
enum Evacuation {
    /// Rounds before giving up; each takes well under a millisecond.
    private static let rounds = 200

    /// Moves every process of a cgroup into a leaf below it.
    static func perform(cgroup: String, leaf: String) throws(SystemError) {
        let target = cgroup + "/" + leaf
        for _ in 0..<rounds {
            let processes = try members(of: cgroup)
            if processes.isEmpty { return }
            for process in processes { try move(process, to: target) }
        }
        throw SystemError("evacuate", cgroup, EBUSY)
    }

    /// Enables controllers for the children, one by one: those that cannot be had do not hinder the others.
    /// The result names those that are on.
    static func delegate(cgroup: String, leaf: String?, controllers: [String]) throws(SystemError) -> [String]
    {
        let file = cgroup + "/cgroup.subtree_control"
        var enabled: [String] = []
        for controller in controllers {
            for round in 1...rounds {
                do throws(SystemError) {
                    try Files.write("+\(controller)", to: file)
                    enabled.append(controller)
                    break
                } catch  where error.errorNumber == EBUSY && round < rounds {
                    // Somebody came in since the evacuation.
                    if let leaf { try perform(cgroup: cgroup, leaf: leaf) }
                } catch  where error.errorNumber == EBUSY {
                    throw error
                } catch {
                    // Not every controller can be handed on (threaded, or in use by version 1).
                    break
                }
            }
        }
        return enabled
    }

    /// Withdraws the controllers, moves the processes back and removes the leaf.
    static func undo(cgroup: String, leaf: String, withdrawing controllers: [String]) throws(SystemError) {
        for controller in controllers {
            try Files.write("-\(controller)", to: cgroup + "/cgroup.subtree_control")
        }
        let source = cgroup + "/" + leaf
        for _ in 0..<rounds {
            let processes = try members(of: source)
            if processes.isEmpty { break }
            for process in processes { try move(process, to: cgroup) }
        }
        try Files.removeDirectory(source)
    }

    private static func members(of cgroup: String) throws(SystemError) -> [String] {
        // 0 stands for a process of another PID namespace, which cannot be moved from here.
        try Files.read(cgroup + "/cgroup.procs").split(separator: "\n").map(String.init)
            .filter { $0 != "0" }
    }

    private static func move(_ process: String, to cgroup: String) throws(SystemError) {
        do throws(SystemError) {
            try Files.write(process, to: cgroup + "/cgroup.procs")
        } catch  where error.errorNumber == ESRCH {
            // It has ended meanwhile.
        }
    }
}

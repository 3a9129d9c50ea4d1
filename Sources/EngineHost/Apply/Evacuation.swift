internal import EnginePlan
internal import Glibc
internal import Linux

/// Moves processes between version 2 cgroups. A cgroup with controllers for its children may hold no
/// process itself (cgroups(7), "no internal processes" rule), and at any moment a probe or an exec may put
/// a new one there: so everything here is tried again, with pauses, for a bounded time.
enum Evacuation {
    /// How long it is tried: an exec probe has mostly a second to end in.
    static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(50)

    /// Why a cgroup cannot hand its controllers on.
    struct Failure: Error, Equatable, CustomStringConvertible {
        var cgroup: String
        /// The controller that could not be enabled; nil: it did not come so far.
        var controller: String?
        /// The errno value.
        var errorNumber: Int32
        /// Processes that are there and cannot be moved, since they are of another PID namespace.
        var strangers = 0

        var description: String {
            let reason = String(cString: strerror(errorNumber))
            let what = controller.map { "enabling the controller \($0) in" } ?? "emptying"
            guard strangers > 0 else { return "\(what) \(cgroup): \(reason)" }
            return
                "\(what) \(cgroup): \(reason); \(strangers) of its processes are of another PID namespace (an exec"
                + " probe, or an exec by a runtime that enters by CLONE_INTO_CGROUP) and cannot be moved from here"
        }

        /// What to do about it; nil: the errno value tells.
        var cure: String? {
            if strangers > 0 {
                return
                    "use HTTP or TCP probes instead of exec probes (--status-address), and no kubectl or docker exec"
                    + " before the engine is ready"
            }
            return errorNumber == EBUSY ? "start no process in the container while the engine starts" : nil
        }
    }

    /// Moves every process of a cgroup into a leaf below it, but for those of other PID namespaces, which can only be
    /// waited for.
    static func perform(cgroup: String, leaf: String, within limit: Duration = patience) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let processes = try members(of: cgroup).filter { $0 != stranger }
            if processes.isEmpty { return }
            for process in processes { try move(process, to: cgroup + "/" + leaf) }
            if ContinuousClock.now >= deadline { throw Failure(cgroup: cgroup, errorNumber: EBUSY) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Enables controllers for the children, one by one: those that cannot be had do not hinder the others, unless
    /// the limits of nested containers depend on them.
    static func delegate(
        cgroup: String, leaf: String?, controllers: [String], within limit: Duration = patience
    ) async throws {
        let deadline = ContinuousClock.now + limit
        let file = cgroup + "/cgroup.subtree_control"
        for controller in controllers {
            var isSettled = false
            while !isSettled {
                do throws(SystemError) {
                    try Files.write("+\(controller)", to: file)
                    isSettled = true
                } catch  where error.errorNumber == EBUSY {
                    // Somebody came in since the evacuation.
                    guard ContinuousClock.now < deadline else {
                        throw Failure(
                            cgroup: cgroup, controller: controller, errorNumber: EBUSY,
                            strangers: try members(of: cgroup).count { $0 == stranger })
                    }
                    if let leaf { try await perform(cgroup: cgroup, leaf: leaf, within: limit) }
                    // The kernel does not tell when a process has left a cgroup.
                    try await Task.sleep(for: pause)
                } catch {
                    // Not every controller can be handed on (threaded, or in use by version 1).
                    guard !NecessaryControllers.names.contains(controller) else {
                        throw Failure(cgroup: cgroup, controller: controller, errorNumber: error.errorNumber)
                    }
                    isSettled = true
                }
            }
        }
    }

    /// Withdraws the controllers (one that is not on is no error to the kernel), moves the processes back and removes the leaf.
    static func undo(cgroup: String, leaf: String, withdrawing controllers: [String]) async throws {
        for controller in controllers {
            try Files.write("-\(controller)", to: cgroup + "/cgroup.subtree_control")
        }
        let source = cgroup + "/" + leaf
        let deadline = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < deadline {
            let processes = try members(of: source).filter { $0 != stranger }
            if processes.isEmpty { break }
            for process in processes { try move(process, to: cgroup) }
        }
        try Files.removeDirectory(source)
    }

    /// What stands for a process of another PID namespace (cgroups(7)).
    private static let stranger = "0"

    private static func members(of cgroup: String) throws(SystemError) -> [String] {
        try Files.read(cgroup + "/cgroup.procs").split(separator: "\n").map(String.init)
    }

    private static func move(_ process: String, to cgroup: String) throws(SystemError) {
        do throws(SystemError) {
            try Files.write(process, to: cgroup + "/cgroup.procs")
        } catch  where error.errorNumber == ESRCH {
            // It has ended meanwhile.
        }
    }
}

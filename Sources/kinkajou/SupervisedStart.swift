import Commands
import ContainerInit
import Linux

/// `kinkajou dind` and `kinkajou cluster` are two processes: a tiny init that forwards signals and reaps
/// (`kinkajou-init`, where that lies beside this binary), and as its child the supervisor, which is this binary again.
/// One process cannot be both: reaping everybody's children would take them from those who wait for their own.
enum SupervisedStart {
    /// The name that makes this binary the supervisor.
    static let supervisorName = "kinkajou-supervisor"

    /// Runs the init with the supervisor below it, and returns the supervisor's exit status.
    static func run(arguments: [String]) -> Int32 {
        // The supervisor keeps to --grace by itself; this is for one that hangs. A Pod's 30 s hold with the default
        // of 25 s: the two add up to 3 s more.
        let grace = (SessionGrace.of(Array(arguments.dropFirst())) ?? .seconds(25)) + .seconds(2)
        let own = Files.resolved("/proc/self/exe")
        return ContainerInit.supervise(
            executable: own ?? "/proc/self/exe",
            name: supervisorName, arguments: arguments,
            options: .ofSupervisor(grace: grace, linger: .seconds(1)),
            smallInit: own.flatMap { Programs.beside($0, name: "kinkajou-init") })
    }
}

import ContainerInit
import Linux

/// `kinkajou dind` and `kinkajou cluster` are two processes: a tiny init that forwards signals and reaps,
/// and as its child the supervisor, which is this binary again. One process cannot be both: reaping
/// everybody's children would take them from those who wait for their own.
enum SupervisedStart {
    /// The name that makes this binary the supervisor.
    static let supervisorName = "kinkajou-supervisor"

    /// Runs the init with the supervisor below it, and returns the supervisor's exit status.
    static func run(arguments: [String]) -> Int32 {
        var options = InitOptions()
        options.programName = "kinkajou"
        options.isSubreaper = true
        // The supervisor keeps to --grace by itself; this is for one that hangs.
        let grace = grace(in: arguments) ?? .seconds(25)
        options.grace = grace + .seconds(3)
        return ContainerInit.supervise(
            executable: Files.resolved("/proc/self/exe") ?? "/proc/self/exe",
            arguments: [supervisorName] + arguments.dropFirst(),
            options: options)
    }

    /// The value of `--grace` among our own options. A bad one is the supervisor's to complain about.
    private static func grace(in arguments: [String]) -> Duration? {
        let own = arguments.prefix { $0 != "--" }
        for (word, next) in zip(own, own.dropFirst() + [""]) {
            if word == "--grace" { return Duration(goText: next) }
            if word.hasPrefix("--grace=") {
                return Duration(goText: String(word.dropFirst("--grace=".count)))
            }
        }
        return nil
    }
}

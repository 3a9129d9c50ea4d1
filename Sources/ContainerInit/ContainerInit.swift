internal import CLinux
internal import Glibc

/// PID 1 for containers.
public enum ContainerInit {
    /// Runs the init with tini's command line and returns its exit status.
    public static func run(arguments: [String]) -> Int32 {
        _ = clinux_early_signals_blocked()
        return 1
    }
}

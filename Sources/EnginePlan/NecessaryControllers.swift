/// The version 2 controllers that the limits of nested containers depend on: without one of them, a limit that was asked
/// for would be none, in silence.
public enum NecessaryControllers {
    /// Their names, as in `cgroup.controllers` (cgroups(7)).
    public static let names = ["cpu", "memory", "pids"]
}

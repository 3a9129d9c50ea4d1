/// What this one binary is in the process at hand, in the manner of busybox: the name it was called by
/// decides, or else its first argument.
enum Personality {
    /// PID 1, `kinkajou init ...`, or called as `tini`, `docker-init` or `kinkajou-init`.
    case containerInit([String])
    /// The OCI runtime wrapper, `kinkajou oci ...`, or called as `kinkajou-oci`.
    case runtimeWrapper([String])
    /// A command that supervises others, still to be given its init.
    case supervised([String])
    /// The same below its init.
    case supervisor
    /// A command that tidies up when it is interrupted.
    case interruptible
    /// Everything else.
    case commandLine

    init(arguments: [String]) {
        let called = arguments.first ?? "kinkajou"
        let name = called.utf8.split(separator: UInt8(ascii: "/")).last.map { String($0) ?? called } ?? called
        switch (name, arguments.dropFirst().first) {
        case ("tini", _), ("docker-init", _), ("kinkajou-init", _):
            self = .containerInit(arguments)
        case ("kinkajou-oci", _):
            self = .runtimeWrapper(arguments)
        case (SupervisedStart.supervisorName, _):
            self = .supervisor
        case (_, "init"):
            self = .containerInit([called] + arguments.dropFirst(2))
        case (_, "oci"):
            self = .runtimeWrapper([called] + arguments.dropFirst(2))
        case (_, "dind"), (_, "cluster"):
            self = .supervised(arguments)
        case (_, "doctor"):
            self = .interruptible
        default:
            self = .commandLine
        }
    }
}

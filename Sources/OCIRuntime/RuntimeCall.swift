/// What a command line of an OCI runtime says, as far as the wrapper must know it.
///
/// The options are those of runc 1.0 to 1.4 and of crun. runc follows the rules of Go's `flag`
/// package: one dash or two, the value behind `=` or in the next argument, booleans never take the
/// next argument, `--` ends the options. Where a line cannot be read for certain, there is no spec:
/// the call then goes to the runtime with nothing touched.
struct RuntimeCall: Equatable {
    /// The file with the process to start.
    enum Spec: Equatable {
        /// The configuration of a container to make.
        case config(path: [UInt8])
        /// The process to start in a container.
        case process(path: [UInt8], container: [UInt8]?)
    }

    /// The spec that the call reads, if it reads one.
    private(set) var spec: Spec?
    /// `--log`; empty means none.
    private(set) var log: [UInt8] = []
    /// `--log-format`.
    private(set) var logFormat: [UInt8] = Array("text".utf8)
    /// `--root`, where the runtime keeps the state of containers.
    private(set) var root: [UInt8]?

    /// Reads the arguments that follow the runtime's name.
    init(arguments: [[UInt8]]) {
        var line = OptionReader(arguments[...])
        var isHelp = false
        while let option = line.nextOption() {
            if option.name.isNamed(anyOf: helpOptions) {
                isHelp = true
            } else if option.name.isNamed(GlobalOption.log) {
                log = line.value(of: option) ?? []
            } else if option.name.isNamed(GlobalOption.logFormat) {
                logFormat = line.value(of: option) ?? []
            } else if option.name.isNamed(GlobalOption.root) {
                root = line.value(of: option)
            } else if option.name.isNamed(anyOf: GlobalOption.withValue) {
                _ = line.value(of: option)
            } else if !option.name.isNamed(anyOf: GlobalOption.booleans), option.value == nil {
                // An option that is not known: a value if no command follows.
                if let next = line.rest.first, !next.isNamed(anyOf: commands) { _ = line.value(of: option) }
            }
        }
        guard !isHelp, let command = line.rest.popFirst() else { return }
        // The command has a parser of its own: a `--` in front of it ended the global options only.
        let rest = OptionReader(line.rest)
        if command.isNamed("exec") {
            readExec(rest)
        } else if command.isNamed(anyOf: ["create", "run", "restore"]) {
            readCreate(rest)
        }
    }

    // MARK: Commands

    /// `create`, `run` and `restore`: runc's parser moves the options in front of the container's
    /// id, so they count wherever they stand before `--`.
    private mutating func readCreate(_ line: OptionReader) {
        var line = line
        var bundle: [UInt8] = []
        var config: [UInt8] = []
        var isCertain = true
        var operands = 0
        while !line.rest.isEmpty {
            guard let option = line.nextOption() else {
                // The container's id; nothing, where `--` was the last argument.
                if line.rest.popFirst() != nil { operands += 1 }
                continue
            }
            if option.name.isNamed(anyOf: helpOptions) {
                return
            } else if option.name.isNamed(anyOf: ["bundle", "b"]) {
                bundle = line.value(of: option) ?? []
            } else if option.name.isNamed(anyOf: ["config", "f"]) {
                config = line.value(of: option) ?? []
            } else if option.name.isNamed(anyOf: CreateOption.withValue) {
                _ = line.value(of: option)
            } else if !option.name.isNamed(anyOf: CreateOption.booleans), option.value == nil {
                // It may be another spelling of the bundle (`-bDIR`, `--bundl DIR` in crun).
                isCertain = false
            }
        }
        // Whatever else there is instead of the one id, the runtime will not make a container of it.
        guard operands == 1 || !isCertain else { return }
        if !config.isEmpty {
            spec = .config(path: config)
        } else if !bundle.isEmpty {
            spec = .config(path: bundle + Array("/config.json".utf8))
        } else if isCertain {
            spec = .config(path: Array("config.json".utf8))
        }
    }

    /// `exec`: options stand before the container's id only, what follows it is the command to run.
    private mutating func readExec(_ line: OptionReader) {
        var line = line
        var process: [UInt8] = []
        while let option = line.nextOption() {
            if option.name.isNamed(anyOf: helpOptions) {
                return
            } else if option.name.isNamed(anyOf: ["process", "p"]) {
                process = line.value(of: option) ?? []
            } else if option.name.isNamed(anyOf: ExecOption.withValue) {
                _ = line.value(of: option)
            }
        }
        if !process.isEmpty { spec = .process(path: process, container: line.rest.first) }
    }
}

// MARK: Names

/// With one of these the runtime only prints something.
private let helpOptions: [StaticString] = ["help", "h", "version", "v", "V"]

private enum GlobalOption {
    static let log: StaticString = "log"
    static let logFormat: StaticString = "log-format"
    static let root: StaticString = "root"
    static let withValue: [StaticString] = ["criu", "rootless", "cgroup-manager", "log-level"]
    static let booleans: [StaticString] = ["debug", "systemd-cgroup"]
}

private enum CreateOption {
    static let withValue: [StaticString] = [
        "console-socket", "console", "pidfd-socket", "pid-file", "preserve-fds", "image-path", "work-path",
        "parent-path", "manage-cgroups-mode", "empty-ns", "lsm-profile", "lsm-mount-context",
    ]
    static let booleans: [StaticString] = [
        "detach", "d", "keep", "no-subreaper", "no-pivot", "no-new-keyring", "tcp-established", "ext-unix-sk",
        "shell-job", "file-locks", "auto-dedup", "lazy-pages",
    ]
}

private enum ExecOption {
    static let withValue: [StaticString] = [
        "console-socket", "console", "pidfd-socket", "cwd", "env", "e", "user", "u", "additional-gids", "g",
        "pid-file", "process-label", "apparmor", "cap", "c", "preserve-fds", "cgroup",
    ]
}

private let commands: [StaticString] = [
    "checkpoint", "create", "delete", "events", "exec", "features", "init", "kill", "list", "mounts", "pause",
    "ps", "restore", "resume", "run", "spec", "start", "state", "update", "help",
]

internal import CLinux
internal import Glibc

/// PID 1 for containers: a drop-in for tini that also bounds how long everything takes to end.
public enum ContainerInit {
    /// Runs the init with tini's command line and returns its exit status: the child's, 128+n when signal
    /// n ended it, 127 or 126 when it could not be found or executed, 1 for other failures.
    ///
    /// - Parameter arguments: The program's name, options, and the command. Usually the end of this
    ///   process's own command line; the child then gets the original bytes.
    public static func run(arguments: [String]) -> Int32 {
        if let handover = Handover(arguments: arguments) {
            let command = ChildCommand(
                executable: handover.executable, name: handover.name,
                arguments: Array(arguments.indices.dropFirst(Handover.wordCount)), of: arguments)
            guard let command else { return 1 }
            var engine = InitEngine(options: handover.options, inheritedMask: handover.signalMask)
            return engine.run(command)
        }
        let name = programName(arguments)
        let commandLine = InitCommandLine(arguments: arguments) { variable in
            getenv(variable).map { String(cString: $0) }
        }
        switch commandLine.parse() {
        case .run(var options, let words):
            options.programName = name
            guard let command = ChildCommand(words: words, of: arguments) else { return 1 }
            var engine = InitEngine(options: options)
            return engine.run(command)
        case .help:
            return print(InitHelp.text(program: name))
        case .version:
            return print(InitHelp.version)
        case .license:
            return print(InitHelp.license)
        case .mistake(let message, showsUsage: true):
            InitLog.writeAll("\(message)\n\(InitHelp.usage(program: name))", to: STDERR_FILENO)
            return 1
        case .mistake(let message, showsUsage: false):
            InitLog(program: name, verbosity: 0).write(.fatal, message)
            return 1
        }
    }

    /// Runs an executable as ``run(arguments:)`` runs its command, with options that were made by a program.
    ///
    /// It is how `kinkajou dind` and `kinkajou cluster` start their supervisor as PID 1: the executable is then this
    /// process's own file. Where the small init lies beside it this process becomes that one, which takes a third of
    /// the memory for as long as the container runs; else it is the init itself. To be called while the process has
    /// one thread.
    ///
    /// - Parameters:
    ///   - executable: The path of the file; PATH is not searched.
    ///   - name: The child's name for itself.
    ///   - arguments: This process's own command line, of which the child gets all behind the name, byte for byte.
    ///   - options: How signals and leftovers are treated.
    ///   - smallInit: The path of `kinkajou-init`; nil: there is none.
    /// - Returns: The exit status to end with.
    public static func supervise(
        executable: String, name: String, arguments: [String], options: InitOptions, smallInit: String?
    ) -> Int32 {
        let words = Array(arguments.indices.dropFirst())
        if let smallInit {
            become(
                smallInit, arguments: arguments, words: words,
                handover: Handover(
                    signalMask: clinux_early_original_mask(), options: options, executable: executable,
                    name: name))
        }
        let command = ChildCommand(executable: executable, name: name, arguments: words, of: arguments)
        guard let command else { return 1 }
        var engine = InitEngine(options: options)
        return engine.run(command)
    }

    /// Replaces this program by the small init. Returns where that cannot be executed: then this program will do.
    private static func become(_ path: String, arguments: [String], words: [Int], handover: Handover) {
        let command = ChildCommand(
            executable: path, name: "kinkajou-init", leading: handover.words, arguments: words, of: arguments)
        guard let command else { return }
        // Blocked across the exec: what arrives meanwhile waits (execve(2) keeps mask and pending signals).
        var previous: UInt64 = 0
        guard clinux_signal_mask_set(SignalSet.all.bits, &previous) == 0 else { return }
        execv(command.executable, command.arguments)
        _ = clinux_signal_mask_set(previous, nil)
    }

    /// The last component of the name this program was called by, and what it is when that is more than an
    /// init: `tini`, `docker-init`, `kinkajou init`.
    private static func programName(_ arguments: [String]) -> String {
        let path = (arguments.first ?? "").utf8
        let name = path.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) }
        guard let name, !name.isEmpty else { return "kinkajou-init" }
        return name == "kinkajou" ? "kinkajou init" : name
    }

    private static func print(_ text: String) -> Int32 {
        InitLog.writeAll(text, to: STDOUT_FILENO)
        return 0
    }
}

public import ArgumentParser
internal import Console
internal import Glibc
internal import Values

/// The command line tool: `kinkajou COMMAND`.
public struct KinkajouCommand: ParsableCommand {
    /// What the tool is, and its subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "kinkajou",
        abstract: "Throw-away Kubernetes clusters inside a Pod.",
        discussion: """
            kinkajou init and kinkajou oci are the container's PID 1 and the OCI runtime wrapper; \
            'kinkajou init --help' tells about the first, docs/oci.md about the second.
            """,
        version: Release.current,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Cluster",
                subcommands: [
                    CreateCommand.self, DeleteCommand.self, GetCommand.self, ExportCommand.self,
                    LoadCommand.self, ExecCommand.self, ShellCommand.self, RunCommand.self, LogsCommand.self,
                    TraceCommand.self, ExtendCommand.self,
                ]),
            CommandGroup(
                name: "Container",
                subcommands: [
                    DindCommand.self, ClusterCommand.self, ManifestCommand.self, DoctorCommand.self,
                ]),
            CommandGroup(
                name: "Tool",
                subcommands: [
                    CompletionCommand.self, VersionCommand.self, CredentialCommand.self, TunnelCommand.self,
                    InsideCommand.self,
                ]),
        ]
    )

    /// Created by the parser.
    public init() {}

    /// The names of the subcommands below a path of them.
    static func subcommands(below path: [String]) -> [String] {
        var commands = configuration.groupedSubcommands.flatMap { $0.subcommands }
        for name in path {
            let next = commands.first { $0.configuration.commandName == name }
            commands = next?.configuration.subcommands ?? []
        }
        return commands.compactMap { $0.configuration.commandName }
    }

    /// Parses this process's arguments, runs the command and ends the process with its exit status.
    public static func start(arguments: [String] = Array(CommandLine.arguments.dropFirst())) -> Never {
        do {
            var command = try parseAsRoot(GlobalWords.arranged(arguments, subcommands: subcommands(below:)))
            (command as? any LoggingCommand)?.logging.start()
            if let command = command as? any AsyncCommand {
                // Not an async main: it would end this thread with pthread_exit, and unwinding a static
                // executable takes 20 ms.
                Task.detached {
                    do {
                        Glibc.exit(try await command.runToExitStatus())
                    } catch {
                        exit(withError: error)
                    }
                }
                while true { pause() }
            }
            try command.run()
            Glibc.exit(0)
        } catch {
            // Its statuses say what was found, and 64 is far from those.
            if arguments.first == "doctor", exitCode(for: error) == .validationFailure {
                StandardError.write(fullMessage(for: error) + "\n")
                Glibc.exit(DoctorStatus.usage)
            }
            exit(withError: error)
        }
    }
}

/// A command that waits for things, and ends with an exit status of its own.
protocol AsyncCommand: ParsableCommand, Sendable {
    /// Runs it.
    func runToExitStatus() async throws -> Int32
}

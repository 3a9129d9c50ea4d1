public import ArgumentParser
internal import Glibc

/// The command line tool: `kinkajou COMMAND`.
public struct KinkajouCommand: ParsableCommand {
    /// What the tool is, and its subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "kinkajou",
        abstract: "Throw-away Kubernetes clusters inside a Pod."
    )

    /// Created by the parser.
    public init() {}

    /// Parses this process's arguments, runs the command and ends the process with its exit status.
    public static func start() -> Never {
        main()
        Glibc.exit(0)
    }
}

internal import ArgumentParser

/// `kinkajou create`.
struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a cluster.", subcommands: [CreateClusterCommand.self])
}

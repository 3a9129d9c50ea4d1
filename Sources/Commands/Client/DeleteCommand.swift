internal import ArgumentParser

/// `kinkajou delete`.
struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete clusters.",
        subcommands: [DeleteClusterCommand.self, DeleteClustersCommand.self])
}

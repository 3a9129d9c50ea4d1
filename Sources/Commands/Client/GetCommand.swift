internal import ArgumentParser

/// `kinkajou get`.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "List clusters and nodes, or print a kubeconfig.",
        subcommands: [GetClustersCommand.self, GetNodesCommand.self, GetKubeconfigCommand.self])
}

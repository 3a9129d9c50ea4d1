internal import ArgumentParser

/// `kinkajou export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Export a cluster's kubeconfig or logs.",
        subcommands: [ExportKubeconfigCommand.self, ExportLogsCommand.self])
}

internal import ArgumentParser

/// `kinkajou load`.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load images into the nodes of a cluster.",
        subcommands: [LoadDockerImageCommand.self, LoadImageArchiveCommand.self])
}

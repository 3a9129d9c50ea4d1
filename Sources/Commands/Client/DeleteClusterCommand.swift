internal import ArgumentParser

/// `kinkajou delete cluster`.
struct DeleteClusterCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Delete a cluster.", usage: "kinkajou delete cluster [<options>]",
        discussion: """
            Returns when its Pod is gone, takes its context out of the kubeconfig and ends its tunnel. A cluster \
            that is not there is no error.

            EXAMPLES
              kinkajou delete cluster --name demo
            """)

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            try await ClusterDeleter(provider: chosen, output: output, files: provider.targetFiles)
                .delete(cluster.chosen)
            return 0
        }
    }
}

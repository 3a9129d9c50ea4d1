internal import ArgumentParser
internal import ClusterClient
internal import Console

/// `kinkajou get kubeconfig`.
struct GetKubeconfigCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print the kubeconfig of a cluster.",
        usage: "kinkajou get kubeconfig [<options>]",
        discussion: """
            EXAMPLES
              kinkajou get kubeconfig --name demo >demo.yaml
              kinkajou get kubeconfig --name demo --internal    # for Pods of the host cluster
            """)

    @OptionGroup var cluster: ClusterSelection

    @OptionGroup var context: KubeconfigOptions

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let endpoint = try await chosen.endpoint(of: cluster.chosen, isInternal: context.internal)
            let entries = context.entries(of: cluster.chosen)
            StandardOutput.write(entries.document(endpoint))
            return 0
        }
    }
}

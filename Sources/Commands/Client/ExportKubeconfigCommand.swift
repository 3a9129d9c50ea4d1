internal import ArgumentParser
internal import ClusterClient
internal import KubernetesAPI

/// `kinkajou export kubeconfig`.
struct ExportKubeconfigCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Merge a cluster's context into the kubeconfig.",
        usage: "kinkajou export kubeconfig [<options>]",
        discussion: """
            EXAMPLES
              kinkajou export kubeconfig --name demo
              kinkajou export kubeconfig --name demo --kubeconfig /tmp/demo.yaml
            """)

    @OptionGroup var cluster: ClusterSelection

    @OptionGroup var context: KubeconfigOptions

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        let files = provider.targetFiles
        return try await provider.withProvider(writesKubeconfig: true) { chosen in
            let endpoint = try await chosen.endpoint(of: cluster.chosen, isInternal: context.internal)
            _ = try ContextWriter(files: files, kindCompatible: context.kindCompat, output: output)
                .write(endpoint)
            return 0
        }
    }
}

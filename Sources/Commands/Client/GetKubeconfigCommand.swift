internal import ArgumentParser
internal import Console
internal import Providers

/// `kinkajou get kubeconfig`.
struct GetKubeconfigCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print the kubeconfig of a cluster.",
        discussion: """
            EXAMPLES
              kinkajou get kubeconfig --name demo >demo.yaml
              kinkajou get kubeconfig --name demo --internal    # for Pods of the host cluster
            """)

    @OptionGroup var cluster: ClusterSelection

    @Flag(help: "For use inside the host cluster, or inside Docker's network.")
    var `internal` = false

    @Flag(help: "Name the context kind-NAME.")
    var kindCompat = false

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let endpoint = try await chosen.endpoint(of: cluster.chosen, isInternal: `internal`)
            let entries = KubeconfigEntries(
                cluster: cluster.chosen, kindCompatible: kindCompat, program: OwnProgram.name)
            StandardOutput.write(entries.document(endpoint))
            return 0
        }
    }
}

internal import ArgumentParser
internal import ClusterClient
internal import KubernetesAPI
internal import Values

/// `kinkajou create cluster`.
struct CreateClusterCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Create a cluster in a Pod of a host cluster, or in a local Docker.",
        discussion: """
            The cluster is a privileged Pod with a Docker engine and kind in it, or with --engine node a Pod that is \
            its node. A Service, a NetworkPolicy and \
            Secrets belong to the Pod: deleting it deletes them. The cluster's context is merged into the \
            kubeconfig and becomes the current one.

            EXAMPLES
              kinkajou create cluster --name demo
              kubectl --context kinkajou-demo get nodes
              kinkajou create cluster --name ci --ttl 1h --nodes 3 --cpu 4 --memory 8Gi
              kinkajou create cluster --config kind.yaml --wait-for node
              kinkajou create cluster --engine node
              kinkajou create cluster --provider docker

            ENVIRONMENT
              KUBECONFIG, KIND_CLUSTER_NAME, KIND_NODE_IMAGE, KINKAJOU_POD_IMAGE, KINKAJOU_PROVIDER, \
              KINKAJOU_ENGINE
            """
    )

    @Option(help: "The cluster's name (KIND_CLUSTER_NAME; default: the file's, or kind).")
    var name: String?

    @OptionGroup(title: "Cluster options") var creation: CreationOptions
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        let files = provider.targetFiles
        // Before a minute is spent on a cluster whose context cannot be written.
        try files.checkWritable()
        return try await provider.withProvider(writesKubeconfig: true) { chosen in
            let created = try await ClusterCreator(provider: chosen, options: creation, output: output)
                .create(name: name)
            let context: String
            do {
                context = try ContextWriter(
                    files: files, kindCompatible: creation.kindCompat, output: output
                ).write(created.endpoint)
            } catch {
                throw KinkajouError(
                    "the cluster \"\(created.name)\" is ready, but its context cannot be written: \(error)",
                    cure: "kinkajou export kubeconfig --name \(created.name) --kubeconfig FILE")
            }
            output.say(
                """
                You can now use your cluster with:

                kubectl cluster-info --context \(context)

                Have a nice day! 👋
                """)
            return 0
        }
    }
}

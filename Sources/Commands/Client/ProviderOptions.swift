internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import KubernetesAPI
internal import Linux
internal import Values

/// Where clusters are: a host cluster, or a local Docker engine.
struct ProviderOptions: ParsableArguments, Sendable {
    @Option(
        help: """
            Where clusters live: kubernetes or docker (KINKAJOU_PROVIDER; default: the host cluster that is \
            configured, or Docker where none is).
            """)
    var provider: ProviderArgument?

    @Option(
        help: "The host cluster's context in the kubeconfig (default: the current one).",
        completion: .shellCommand("kubectl config get-contexts -o name 2>/dev/null"))
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace of the clusters (default: the context's).")
    var namespace: String?

    @Option(
        help: """
            The kubeconfig to write the cluster's context to, and to find the host cluster in \
            (default: $KUBECONFIG, or ~/.kube/config).
            """)
    var kubeconfig: String?

    enum ProviderArgument: String, ExpressibleByArgument, CaseIterable {
        case kubernetes, docker

        var kind: HostSelection.Provider {
            switch self {
            case .kubernetes: .kubernetes
            case .docker: .docker
            }
        }
    }

    func validate() throws {
        guard provider == .docker else { return }
        for (option, value) in [("--context", context), ("--namespace", namespace)] where value != nil {
            throw ValidationError("\(option) is for clusters in a host cluster: leave out --provider docker.")
        }
    }

    /// Runs something with the provider, and ends what that holds open.
    ///
    /// - Parameter writesKubeconfig: Whether the command writes a context, so that the file of `--kubeconfig` need
    ///   not be there yet.
    func withProvider<Result: Sendable>(
        writesKubeconfig: Bool = false, _ body: @Sendable (any ClusterProvider) async throws -> Result
    ) async throws -> Result {
        let provider = try await choose(writesKubeconfig: writesKubeconfig)
        do {
            let result = try await body(provider)
            await provider.shutdown()
            return result
        } catch {
            await provider.shutdown()
            throw error
        }
    }

    /// The files that contexts of clusters are written to.
    var targetFiles: KubeconfigFiles {
        KubeconfigFiles(explicit: kubeconfig, environment: Environment.all())
    }

    private func choose(writesKubeconfig: Bool) async throws -> any ClusterProvider {
        let environment = Environment.all()
        let selection = HostSelection(
            provider: try provider?.kind ?? environmentsProvider(environment), context: context,
            namespace: namespace)
        // A kubeconfig that cannot be read is no reason against Docker, where that was named.
        if selection.provider == .docker { return DockerProvider() }
        let facts = try HostSelection.Facts.read(
            named: kubeconfig, mayBeMissing: writesKubeconfig, environment: environment)
        switch try selection.decide(facts) {
        case .docker(byDefault: false): return DockerProvider()
        case .docker(byDefault: true): return try await dockerByDefault(facts)
        case .hostCluster(let files, let context, let namespace):
            return try KubernetesProvider(
                files: files, context: context, namespace: namespace, environment: environment)
        case .ownHostCluster(let namespace):
            return try KubernetesProvider(
                files: nil, context: nil, namespace: namespace, environment: environment)
        }
    }

    /// What the environment names; who names a context or a namespace means a host cluster all the same.
    private func environmentsProvider(_ environment: [String: String]) throws -> HostSelection.Provider? {
        if let text = environment["KINKAJOU_PROVIDER"], !text.isEmpty {
            guard let named = ProviderArgument(rawValue: text) else {
                throw KinkajouError(
                    "KINKAJOU_PROVIDER is \"\(text)\"", cure: "set it to kubernetes or docker",
                    code: .usage)
            }
            return named == .docker && (context != nil || namespace != nil) ? nil : named.kind
        }
        // kind's own variable.
        switch environment["KIND_EXPERIMENTAL_PROVIDER"] {
        case nil, "": return nil
        case "docker": return context == nil && namespace == nil ? .docker : nil
        case let other?:
            StandardError.write(
                "warning: KIND_EXPERIMENTAL_PROVIDER=\(other) does not count here: clusters are Pods, or containers of Docker\n"
            )
            return nil
        }
    }

    private func dockerByDefault(_ facts: HostSelection.Facts) async throws -> DockerProvider {
        let docker = DockerProvider()
        do {
            try await docker.check()
            return docker
        } catch {
            throw KinkajouError(
                "no host cluster is configured (\(facts.files) has no contexts, and this is no Pod with a service account), and Docker does not answer: \(error)",
                cure: "name a kubeconfig with --kubeconfig or KUBECONFIG, or start Docker")
        }
    }
}

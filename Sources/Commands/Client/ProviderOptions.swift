internal import ArgumentParser
internal import ClusterClient
internal import EnginePlan
internal import KubernetesAPI
internal import Linux
internal import Values

/// Where clusters are: a host cluster, or a local Docker engine.
struct ProviderOptions: ParsableArguments, Sendable {
    @Option(
        help:
            "Where clusters live: kubernetes or docker (KINKAJOU_PROVIDER; default: what answers, in this order)."
    )
    var provider: ProviderKind?

    @Option(help: "The host cluster's context in the kubeconfig (default: the current one).")
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace of the clusters (default: the context's).")
    var namespace: String?

    @Option(
        help: """
            The kubeconfig to write the cluster's context to, and to find the host cluster in \
            (default: $KUBECONFIG, or ~/.kube/config).
            """)
    var kubeconfig: String?

    enum ProviderKind: String, ExpressibleByArgument, CaseIterable {
        case kubernetes, docker
    }

    /// Runs something with the provider, and ends what that holds open.
    func withProvider<Result: Sendable>(
        _ body: @Sendable (any ClusterProvider) async throws -> Result
    ) async throws -> Result {
        let provider = try await choose()
        do {
            let result = try await body(provider)
            await provider.shutdown()
            return result
        } catch {
            await provider.shutdown()
            throw error
        }
    }

    /// The file that contexts of clusters are written to.
    var targetFile: String {
        KubeconfigFile.defaultPath(explicit: kubeconfig, environment: Environment.all())
    }

    private func choose() async throws -> any ClusterProvider {
        let environment = Environment.all()
        var kind = provider
        if kind == nil, let text = environment["KINKAJOU_PROVIDER"], !text.isEmpty {
            guard let named = ProviderKind(rawValue: text) else {
                throw KinkajouError(
                    "KINKAJOU_PROVIDER is \"\(text)\"", cure: "set it to kubernetes or docker")
            }
            kind = named
        }
        switch kind {
        case .docker: return DockerProvider()
        case .kubernetes: return try hostCluster(environment)
        // Who names a context or a namespace means a host cluster.
        case nil where context != nil || namespace != nil: return try hostCluster(environment)
        case nil where selection.meansDocker(environment: environment): return DockerProvider()
        case nil: return try await whatAnswers(environment)
        }
    }

    private var selection: HostSelection {
        HostSelection(kubeconfig: kubeconfig, hostKubeconfig: nil, context: context, namespace: namespace)
    }

    private func hostCluster(_ environment: [String: String]) throws -> KubernetesProvider {
        try selection.provider(environment: environment)
    }

    private func whatAnswers(_ environment: [String: String]) async throws -> any ClusterProvider {
        let refusal: any Error
        do {
            let provider = try hostCluster(environment)
            do {
                try await provider.check()
                return provider
            } catch {
                await provider.shutdown()
                refusal = error
            }
        } catch {
            refusal = error
        }
        let docker = DockerProvider()
        do {
            try await docker.check()
            return docker
        } catch {
            throw KinkajouError(
                "neither a host cluster nor Docker answers: \(refusal); \(error)",
                cure: "name a kubeconfig with --kubeconfig or KUBECONFIG, or start Docker")
        }
    }
}

internal import ClusterClient
internal import Console
internal import KubernetesAPI
internal import Linux
internal import Values

/// Deletes clusters: what the `delete` commands and `run` share.
struct ClusterDeleter: Sendable {
    let provider: any ClusterProvider
    let output: OutputOptions
    /// The kubeconfig files with the cluster's contexts; nil: there are none.
    let files: KubeconfigFiles?

    /// Deletes one, its contexts and its tunnels. One that is not there is no error.
    func delete(_ name: String) async throws {
        output.say("Deleting cluster \"\(name)\" ...")
        let deleted = try await provider.delete(name)
        output.say(
            deleted.wasThere
                ? "Deleted cluster \"\(name)\"" : "There is no cluster \"\(name)\" in \(provider.place)")
        do {
            try removeContexts(of: deleted.identity)
        } catch {
            throw KinkajouError(
                "the cluster \"\(name)\" is deleted, but its context cannot be removed: \(error)",
                cure: "see `kubectl config get-contexts`, and remove it with `kubectl config delete-context`")
        }
    }

    /// Removes what leads to a cluster that is gone.
    func removeContexts(of identity: ClusterIdentity) throws {
        var ports: [Int] = []
        try files?.update { ports = KubeconfigEntries.remove(identity, from: &$0) }
        for port in ports { TunnelFiles(port: port, environment: Environment.all()).remove() }
    }

    /// Removes the contexts of clusters at the provider's place that are not there.
    func pruneContexts() async throws {
        guard let files else { return }
        let location = try await provider.location()
        let present = Set(try await provider.clusters().map(\.name))
        let kubeconfig = try files.read()
        for context in kubeconfig.contextNames {
            guard let identity = KubeconfigEntries.identity(of: context, in: kubeconfig),
                identity.location.isSame(as: location), !present.contains(identity.name)
            else { continue }
            try removeContexts(of: identity)
            output.say("Removed context \"\(context)\": its cluster is gone")
        }
    }
}

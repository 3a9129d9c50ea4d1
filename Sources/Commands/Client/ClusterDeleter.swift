internal import ClusterClient
internal import Console
internal import KubernetesAPI
internal import Linux
internal import Values

/// Deletes clusters: what the `delete` commands and `run` share.
struct ClusterDeleter: Sendable {
    let provider: any ClusterProvider
    let output: OutputOptions
    /// The kubeconfig with the cluster's context; nil: there is none.
    let kubeconfig: String?

    /// Deletes one, its context and its tunnel. One that is not there is no error.
    func delete(_ name: String) async throws {
        output.say("Deleting cluster \"\(name)\" ...")
        let wasThere = try await provider.delete(name)
        if wasThere { output.say("Deleted cluster \"\(name)\"") }
        guard let kubeconfig, Files.exists(kubeconfig) else { return }
        do {
            // Only a file with such a context is written to.
            let before = try Kubeconfig(yaml: try Files.read(kubeconfig), file: kubeconfig)
            guard !remove(name, from: before).isEmpty else { return }
            try KubeconfigFile(path: kubeconfig).update { kubeconfig in
                for port in remove(name, from: &kubeconfig) {
                    TunnelFiles(port: port, environment: Environment.all()).remove()
                }
            }
        } catch {
            throw KinkajouError(
                "the cluster \"\(name)\" is deleted, but its context cannot be removed from \(kubeconfig): \(error)",
                cure: "kubectl config delete-context kinkajou-\(name)")
        }
    }

    private func remove(_ name: String, from kubeconfig: Kubeconfig) -> [String] {
        [false, true].map { ClusterName.context(name, kindCompatible: $0) }
            .filter { kubeconfig.context($0) != nil }
    }

    private func remove(_ name: String, from kubeconfig: inout Kubeconfig) -> [Int] {
        [false, true].compactMap { compatible in
            KubeconfigEntries(cluster: name, kindCompatible: compatible).remove(from: &kubeconfig)
        }
    }
}

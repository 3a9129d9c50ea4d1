internal import ClusterClient
internal import KubernetesAPI

/// Writes a cluster's context to the kubeconfig: what `create cluster` and `export kubeconfig` share.
struct ContextWriter: Sendable {
    let files: KubeconfigFiles
    let kindCompatible: Bool
    let output: OutputOptions

    /// Writes it, says its name where that is not the usual one, and returns it.
    func write(_ endpoint: ClusterEndpoint) throws -> String {
        var name = ""
        var explanation: String?
        try files.update { kubeconfig in
            let choice = ContextOwnership(of: endpoint.identity, in: kubeconfig)
                .choice(kindCompatible: kindCompatible)
            (name, explanation) = (choice.name, choice.explanation)
            KubeconfigEntries(context: name, program: OwnProgram.name).add(endpoint, to: &kubeconfig)
        }
        if let explanation { output.say(explanation) }
        output.say("Set kubectl context to \"\(name)\"")
        return name
    }
}

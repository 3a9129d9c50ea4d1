internal import ClusterSpec
internal import ClusterClient
internal import Console
internal import Doctor
internal import KubernetesAPI
internal import Linux
internal import Values

/// Makes a cluster: what `create cluster` and `run` share.
struct ClusterCreator: Sendable {
    let provider: any ClusterProvider
    let options: CreationOptions
    let output: OutputOptions

    /// A cluster that was made.
    struct Created: Sendable {
        var name: String
        var endpoint: ClusterEndpoint
    }

    /// Makes it.
    func create(name: String?) async throws -> Created {
        let pods = provider as? KubernetesProvider
        var preflight: Preflight?
        var request = try options.merged(name: name, isInHostCluster: pods?.isInHostCluster ?? false)
        if let pods {
            var purposes: [Permission.Purpose] = [.create]
            if request.lifetime != nil { purposes.append(.timeToLive) }
            if request.access == .tunnel { purposes.append(.tunnel) }
            // Beside the many questions about permissions, so that it costs no time of its own.
            let wanted = request
            async let examined = CreationPreflight.findings(of: wanted, in: pods)
            try await pods.checkPermissions(for: purposes)
            request.owner = try await owner(pods)
            preflight = await examined
        }
        if provider is DockerProvider, case .pod = options.owner {
            throw KinkajouError("--owner: this is for clusters in Pods", cure: "leave it out", code: .usage)
        }
        let progress = output.progress
        output.say("Creating cluster \"\(request.name)\" in \(provider.place) ...")
        for line in preflight?.lines ?? [] { output.say(line) }
        let endpoint: ClusterEndpoint
        do {
            endpoint = try await provider.create(request, follower: ShownCreation(progress: progress))
        } catch let error as KinkajouError {
            throw CreationPreflight.explained(
                error, after: preflight, in: pods == nil ? .docker : .kubernetes)
        }
        return Created(name: request.name, endpoint: endpoint)
    }

    private func owner(_ provider: KubernetesProvider) async throws -> ClusterSpec.OwnerPod? {
        switch options.owner {
        case .some(.none): return nil
        case .pod(let name): return try await provider.pod(owner: name)
        case nil: return try await provider.ownPod(environment: Environment.all())
        }
    }
}

/// How this program is called from a kubeconfig.
enum OwnProgram {
    /// Its bare name where PATH leads to it, else its path.
    static var name: String {
        let own = Files.resolved("/proc/self/exe") ?? "/proc/self/exe"
        if let found = Programs.find("kinkajou"), Files.resolved(found) == own { return "kinkajou" }
        return own
    }
}

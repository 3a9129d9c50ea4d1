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
        let capabilities = provider.capabilities
        let wanted = try options.merged(name: name, usualAccess: capabilities.usualAccess)
        let refused = capabilities.refused(in: wanted, owner: options.ownerChoice)
        guard refused.isEmpty else {
            throw KinkajouError(
                "\(refused.joined(separator: ", ")): this is for clusters in Pods",
                cure: "leave it out, or use --provider kubernetes", code: .usage)
        }
        let trace = options.trace.map { TraceFile(path: $0) }
        try trace?.checkWritable()
        // Beside the many questions about permissions, so that it costs no time of its own.
        async let examined = CreationPreflight.findings(of: wanted, in: provider.hostCluster)
        let request = try await provider.prepare(wanted, owner: options.ownerChoice)
        let preflight = await examined
        let progress = output.progress
        output.say("Creating cluster \"\(request.name)\" in \(provider.place) ...")
        for line in preflight?.lines ?? [] { output.say(line) }
        let endpoint: ClusterEndpoint
        do {
            endpoint = try await provider.create(request, follower: ShownCreation(progress: progress))
        } catch {
            progress.fail()
            let summary = (error as? KinkajouError)?.summary ?? "interrupted"
            write(Trace(cluster: request.name, records: progress.records, failure: summary), to: trace)
            guard let error = error as? KinkajouError else { throw error }
            throw CreationPreflight.explained(
                error, after: preflight, in: provider.hostCluster == nil ? .docker : .kubernetes)
        }
        write(Trace(cluster: request.name, records: progress.records, failure: nil), to: trace)
        return Created(name: request.name, endpoint: endpoint)
    }

    /// What the creation came to is what counts: a file that has become unwritable meanwhile does not change that.
    private func write(_ trace: Trace, to file: TraceFile?) {
        do throws(KinkajouError) {
            try file?.write(trace)
        } catch {
            StandardError.say("warning: \(error.summary)")
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

public import ClusterSpec
internal import FoundationEssentials
public import KubernetesAPI
public import NIOCore
internal import Values

/// Clusters as Pods of a host cluster.
public struct KubernetesProvider: ClusterProvider {
    /// The client of the host cluster.
    public let client: KubernetesClient
    /// Where the clusters are.
    public let namespace: String
    let host: HostReference

    /// The clusters in a namespace of the cluster that a configuration leads to.
    ///
    /// - Parameters:
    ///   - configuration: The host cluster.
    ///   - kubeconfig: The file that it was read from, where it was named; it goes into kubeconfigs.
    ///   - namespace: Nil: that of the context, or of the service account, or `default`.
    public init(configuration: ClientConfiguration, kubeconfig: String?, namespace: String?) throws {
        client = try KubernetesClient(configuration, userAgent: "kinkajou")
        self.namespace = namespace ?? configuration.namespace
        host = HostReference(
            kubeconfig: kubeconfig, context: configuration.contextName, namespace: self.namespace)
    }

    /// The host cluster and the namespace.
    public var place: String {
        let cluster =
            host.context.map { "the host cluster of context \"\($0)\"" } ?? "this Pod's host cluster"
        return "\(cluster), namespace \"\(namespace)\""
    }

    /// Ends the connections.
    public func shutdown() async { await client.shutdown() }

    /// Whether the API server answers, within a few seconds.
    public func check() async throws { _ = try await client.version() }

    // MARK: - What is there

    /// The clusters of the namespace.
    public func clusters() async throws -> [ClusterRecord] {
        let pods = try await explained("list Pods") {
            try await client.list(.pods, namespace: namespace, labels: Self.ours, fields: nil)
        }
        return pods.items.map(ClusterRecord.init(pod:)).sorted { $0.name < $1.name }
    }

    private static let ours = "\(ClusterObjects.Key.cluster)"

    /// The Pod of a cluster; nil: there is none.
    func pod(of name: String) async throws -> JSONValue? {
        do {
            let pod = try await client.get(.pods, ClusterName.object(name), namespace: namespace)
            // A stranger's Pod that happens to have such a name is none of ours.
            return pod["metadata"]["labels"][ClusterObjects.Key.cluster].string == name ? pod : nil
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        } catch {
            throw explanation(of: error, doing: "read the cluster \"\(name)\"")
        }
    }

    private func runningPod(of name: String) async throws -> String {
        guard let pod = try await pod(of: name) else { throw KinkajouError.unknownCluster(name, at: place) }
        switch PodStage(pod: pod) {
        case .running, .ready, .terminating: return ClusterName.object(name)
        case .failed(let failure):
            throw KinkajouError("the cluster \"\(name)\" has failed: \(failure.summary)", cure: failure.cure)
        case .scheduling, .preparing:
            throw KinkajouError(
                "the Pod of the cluster \"\(name)\" does not run yet",
                cure: "wait until `kinkajou get clusters -o wide` says Ready")
        }
    }

    // MARK: - Making one

    /// Makes the Pod and what belongs to it, and follows it until the cluster in it is ready.
    public func create(_ request: ClusterSpec, follower: any CreationFollower) async throws
        -> ClusterEndpoint
    {
        try await ClusterCreation(
            client: client, request: request, namespace: namespace, host: host, place: place,
            follower: follower,
            credentials: { try await credentials(of: request.name) }
        ).run()
    }

    // MARK: - Deleting one

    /// Deletes the Pod; what belongs to it follows.
    public func delete(_ name: String) async throws -> Bool {
        let found = try await pod(of: name)
        // One whose creation was interrupted may have left these alone.
        let job = try await explained("delete the cluster \"\(name)\"") {
            guard found == nil || found?["metadata"]["ownerReferences"][0]["kind"].string == "Job" else {
                return false
            }
            do {
                let job = try await client.get(.jobs, ClusterName.object(name), namespace: namespace)
                guard job["metadata"]["labels"][ClusterObjects.Key.cluster].string == name else {
                    return false
                }
                return try await client.delete(
                    .jobs, ClusterName.object(name), namespace: namespace, propagation: .background)
            } catch let error as KubernetesError where error.isNotFound || (found == nil && error.isForbidden)
            {
                return false
            }
        }
        guard let found else { return job }
        try await PodRemoval(client: client, namespace: namespace).remove(found, place: place)
        return true
    }

    // MARK: - Reaching one

    /// The administrator's credentials of a cluster, as kind wrote them: from the Secret, or from the Pod itself.
    func credentials(of name: String) async throws -> String {
        if let secret = try? await client.get(
            .secrets, ClusterObjects.kubeconfigSecret(name), namespace: namespace),
            let encoded = secret["data"]["kubeconfig"].string, let data = Data(base64Encoded: encoded)
        {
            return String(decoding: data, as: UTF8.self)
        }
        return try await output(["kind", "get", "kubeconfig", "--name", name], in: name)
    }

    /// How the API server of a cluster is reached.
    public func endpoint(of name: String, isInternal: Bool) async throws -> ClusterEndpoint {
        guard let pod = try await pod(of: name) else { throw KinkajouError.unknownCluster(name, at: place) }
        let text = try await credentials(of: name)
        let wished = ClusterSpec.Access(
            rawValue: pod["metadata"]["annotations"][ClusterObjects.Key.access].string ?? "")
        return try await ClusterRoute(client: client, namespace: namespace, host: host).endpoint(
            of: name, uid: pod["metadata"]["uid"].string ?? name,
            access: isInternal ? .service : wished ?? .tunnel,
            credentials: text)
    }

    // MARK: - Commands in it

    /// Runs a command in the Pod.
    public func run(_ command: RemoteCommand, in name: String) async throws -> RemoteResult {
        let pod = try await runningPod(of: name)
        return try await explained("run a command in the cluster \"\(name)\"") {
            try await withTimeLimit(
                command.timeout, "`\(command.words.joined(separator: " "))` in the cluster \"\(name)\""
            ) {
                let session = try await client.exec(
                    pod: pod, namespace: namespace, container: "cluster", command: command.words,
                    stdin: command.input != nil, tty: false)
                return try await PodStreams(session).run(input: command.input, output: command.output)
            }
        }
    }

    /// Runs a command in the Pod on our own streams.
    public func attach(_ command: [String], isTerminal: Bool, hasInput: Bool, in name: String) async throws
        -> Int32
    {
        let pod = try await runningPod(of: name)
        return try await explained("run a command in the cluster \"\(name)\"") {
            // A terminal tells its end by a key; for a pipe there are frames.
            let wrapper = hasInput && !isTerminal ? ["kinkajou", "inside", "pipe", "--"] : []
            let session = try await client.exec(
                pod: pod, namespace: namespace, container: "cluster", command: wrapper + command,
                stdin: hasInput,
                tty: isTerminal)
            return try await PodStreams(session).attach(isTerminal: isTerminal, hasInput: hasInput)
        }
    }

    /// The Pod's log.
    public func logs(
        of name: String, follow: Bool, tail: Int?, into take: @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        guard try await pod(of: name) != nil else { throw KinkajouError.unknownCluster(name, at: place) }
        try await explained("read the log of the cluster \"\(name)\"") {
            for try await piece in client.logs(
                pod: ClusterName.object(name), namespace: namespace, container: "cluster", follow: follow,
                tailLines: tail, previous: false, sinceSeconds: nil)
            {
                try await take(piece)
            }
        }
    }

    // MARK: - Errors

    private func explained<Result>(
        _ doing: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            throw explanation(of: error, doing: doing)
        }
    }

    private func explanation(of error: any Error, doing: String) -> any Error {
        HostClusterRefusal.explanation(of: error, doing: doing, place: place)
    }
}

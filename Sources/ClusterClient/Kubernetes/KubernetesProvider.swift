public import ClusterSpec
internal import FoundationEssentials
public import KubernetesAPI
internal import Linux
internal import NIOCore
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
            kubeconfig: kubeconfig, context: configuration.contextName, server: configuration.server,
            namespace: self.namespace)
    }

    /// The host cluster and the namespace.
    public var place: String {
        let cluster =
            host.context.map { "the host cluster of context \"\($0)\"" } ?? "this Pod's host cluster"
        return "\(cluster), namespace \"\(namespace)\""
    }

    /// Whatever a Pod can.
    public var capabilities: ProviderCapabilities {
        ProviderCapabilities(
            hasPlacement: true, hasOwners: true, accesses: Set(ClusterSpec.Access.allCases),
            usualAccess: isInHostCluster ? .service : .tunnel)
    }

    /// The host cluster.
    public var hostCluster: HostCluster? { HostCluster(client: client, namespace: namespace) }

    /// Asks whether the user may make such a cluster, and looks up its owner.
    public func prepare(_ request: ClusterSpec, owner: OwnerChoice) async throws -> ClusterSpec {
        var purposes: [Permission.Purpose] = [.create]
        if request.lifetime != nil { purposes.append(.timeToLive) }
        if request.access == .tunnel { purposes.append(.tunnel) }
        try await checkPermissions(for: purposes)
        var request = request
        request.mounts = try await mounts(of: request)
        switch owner {
        case .own: request.owner = try await ownPod(environment: Environment.all())
        case .none: request.owner = nil
        case .pod(let name): request.owner = try await pod(owner: name)
        }
        return request
    }

    /// Ends the connections.
    public func shutdown() async { await client.shutdown() }

    /// The host cluster and the namespace.
    public func location() async throws -> ClusterLocation { .host(host) }

    // MARK: - What is there

    /// The clusters of the namespace.
    public func clusters(allNamespaces: Bool) async throws -> [ClusterRecord] {
        let pods = try await explained("list Pods") {
            try await client.list(
                .pods, namespace: allNamespaces ? nil : namespace, labels: Self.ours, fields: nil)
        }
        return pods.items.map(ClusterRecord.init(pod:)).sorted {
            ($0.namespace, $0.name) < ($1.namespace, $1.name)
        }
    }

    private static let ours = "\(ClusterObjects.Key.cluster)"

    /// The Pod of a cluster; nil: there is none.
    func pod(of name: String) async throws -> JSONValue? {
        let pod = try await explained("read the cluster \"\(name)\"") {
            try await client.find(.pods, ClusterName.object(name), namespace: namespace)
        }
        // A stranger's Pod that happens to have such a name is none of ours.
        return pod?["metadata"]["labels"][ClusterObjects.Key.cluster].string == name ? pod : nil
    }

    /// The Pod of a cluster that runs.
    func runningPod(of name: String) async throws -> JSONValue {
        guard let pod = try await pod(of: name) else { throw KinkajouError.unknownCluster(name, at: place) }
        switch PodStage(pod: pod) {
        case .running, .ready, .terminating: return pod
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
        if let address = request.apiAddressOutside,
            !["127.0.0.1", "0.0.0.0", "::1", "::"].contains(address)
        {
            throw KinkajouError(
                "networking.apiServerAddress is \(address), and the API server of a cluster in a Pod listens at the Pod's address",
                cure: "leave it out, and choose with --access how it is reached", code: .usage)
        }
        return try await ClusterCreation(
            client: client, request: request, namespace: namespace, host: host, place: place,
            follower: follower,
            credentials: { try await credentials(of: request.name, pod: $0) }
        ).run()
    }

    // MARK: - Deleting one

    /// Deletes the Pod and the Job that counts its time; what belongs to the Pod follows.
    public func delete(_ name: String) async throws -> DeletedCluster {
        guard let found = try await pod(of: name) else {
            return DeletedCluster(
                ClusterIdentity(name: name, uid: nil, location: .host(host)), wasThere: false)
        }
        try await explained("delete the cluster \"\(name)\"") {
            try await deleteJob(of: found, cluster: name)
        }
        try await PodRemoval(client: client, namespace: namespace).remove(found, place: place)
        return DeletedCluster(
            ClusterIdentity(name: name, uid: found["metadata"]["uid"].string, location: .host(host)),
            wasThere: true)
    }

    /// Deletes the Job that owns a Pod, where that is ours: the very one that the Pod names.
    private func deleteJob(of pod: JSONValue, cluster: String) async throws {
        guard let job = try await job(of: pod, cluster: cluster) else { return }
        do {
            _ = try await client.delete(
                .jobs, job["metadata"]["name"].string ?? "", namespace: namespace, propagation: .background,
                uid: job["metadata"]["uid"].string)
        } catch let error as KubernetesError where error.isConflict {
            return  // Another Job has this name by now.
        }
    }

    /// The Job that counts a cluster's time; nil: it has none.
    func job(of pod: JSONValue, cluster: String) async throws -> JSONValue? {
        let owner = pod["metadata"]["ownerReferences"].array.first { $0["kind"].string == "Job" }
        guard let owner, let name = owner["name"].string,
            let job = try await client.find(.jobs, name, namespace: namespace),
            job["metadata"]["uid"] == owner["uid"],
            job["metadata"]["labels"][ClusterObjects.Key.cluster].string == cluster
        else { return nil }
        return job
    }

    // MARK: - Reaching one

    /// The administrator's credentials of a cluster, as kind wrote them: from the Secret that belongs to its Pod, or
    /// from the Pod itself.
    func credentials(of name: String, pod: JSONValue) async throws -> String {
        let secret = try await explained("read the credentials of the cluster \"\(name)\"") {
            try await client.find(.secrets, ClusterObjects.kubeconfigSecret(name), namespace: namespace)
        }
        if let secret, let text = Self.credentials(in: secret, of: pod) { return text }
        return try await output(["kinkajou", "inside", "kubeconfig", "--name", name], in: name)
    }

    /// The kubeconfig in a Secret, where that belongs to the Pod: one that an earlier cluster has left has the
    /// credentials of that one.
    static func credentials(in secret: JSONValue, of pod: JSONValue) -> String? {
        let label = ClusterObjects.Key.cluster
        guard secret["metadata"]["labels"][label] == pod["metadata"]["labels"][label],
            secret["metadata"]["ownerReferences"].array.contains(where: {
                $0["uid"] == pod["metadata"]["uid"]
            }),
            let encoded = secret["data"]["kubeconfig"].string, let data = Data(base64Encoded: encoded)
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// How the API server of a cluster is reached.
    public func endpoint(of name: String, isInternal: Bool) async throws -> ClusterEndpoint {
        let pod = try await runningPod(of: name)
        guard let uid = pod["metadata"]["uid"].string, pod["metadata"]["deletionTimestamp"].isNull else {
            throw KinkajouError(
                "the cluster \"\(name)\" is being deleted", cure: "make it again: kinkajou create cluster")
        }
        let text = try await credentials(of: name, pod: pod)
        let wished = ClusterSpec.Access(
            rawValue: pod["metadata"]["annotations"][ClusterObjects.Key.access].string ?? "")
        return try await ClusterRoute(client: client, namespace: namespace, host: host).endpoint(
            of: name, uid: uid, access: isInternal ? .service : wished ?? .tunnel,
            port: pod["metadata"]["annotations"][ClusterObjects.Key.apiPort].string.flatMap { Int($0) }
                ?? 443,
            credentials: text)
    }

    // MARK: - Commands in it

    /// Runs a command in the Pod.
    public func run(_ command: RemoteCommand, in name: String) async throws -> RemoteResult {
        let pod = try await runningPod(of: name)["metadata"]["name"].string ?? ""
        return try await explained("run a command in the cluster \"\(name)\"") {
            try await withTimeLimit(
                command.timeout, "`\(command.words.joined(separator: " "))` in the cluster \"\(name)\""
            ) {
                let session = try await client.exec(
                    pod: pod, namespace: namespace, container: "cluster", command: command.words,
                    stdin: command.input != nil, tty: false)
                return try await PodStreams(session).run(
                    input: command.inputBuffers, output: command.outputBuffers)
            }
        }
    }

    /// Runs a command in the Pod on our own streams.
    public func attach(_ command: [String], isTerminal: Bool, hasInput: Bool, in name: String) async throws
        -> Int32
    {
        let pod = try await runningPod(of: name)["metadata"]["name"].string ?? ""
        return try await explained("run a command in the cluster \"\(name)\"") {
            // The agent tells a command that is not there by its status, and ends one whose user has gone. A terminal
            // tells the end of input by a key; for a pipe there are frames.
            let wrapped = SessionWords(command, isDirect: isTerminal)
            let session = try await client.exec(
                pod: pod, namespace: namespace, container: "cluster", command: wrapped.command,
                stdin: hasInput || !isTerminal, tty: isTerminal)
            // A terminal stays open without its user: a connection of its own ends with us, and the command then.
            let watch =
                isTerminal
                ? try await client.exec(
                    pod: pod, namespace: namespace, container: "cluster", command: wrapped.guardian,
                    stdin: true, tty: false) : nil
            defer { watch?.cancel() }
            return try await PodStreams(session).attach(isTerminal: isTerminal, hasInput: hasInput)
        }
    }

    /// The Pod's log.
    public func logs(
        of name: String, follow: Bool, tail: Int?, into take: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        guard try await pod(of: name) != nil else { throw KinkajouError.unknownCluster(name, at: place) }
        try await explained("read the log of the cluster \"\(name)\"") {
            for try await piece in client.logs(
                pod: ClusterName.object(name), namespace: namespace, container: "cluster", follow: follow,
                tailLines: tail, previous: false, sinceSeconds: nil)
            {
                try await take(Array(piece.readableBytesView))
            }
        }
    }

    // MARK: - Errors

    func explained<Result>(
        _ doing: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            throw explanation(of: error, doing: doing)
        }
    }

    private func explanation(of error: any Error, doing: String) -> any Error {
        HostClusterError.explanation(of: error, doing: doing, place: place, namespace: namespace)
    }
}

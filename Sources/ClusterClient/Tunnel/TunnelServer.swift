internal import ClusterSpec
internal import Glibc
internal import KubernetesAPI
internal import Linux
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import Values

/// Listens at a port of 127.0.0.1 and joins every connection with the API server of a cluster, by a port-forward
/// through the host cluster's API server. It ends when nobody has used it for a while, and when the cluster is gone.
public struct TunnelServer: Sendable {
    private let provider: KubernetesProvider
    private let target: TunnelTarget
    private let files: TunnelFiles
    private let idleLimit: Duration

    /// A tunnel that does not listen yet.
    public init(provider: KubernetesProvider, target: TunnelTarget, files: TunnelFiles, idleLimit: Duration) {
        self.provider = provider
        self.target = target
        self.files = files
        self.idleLimit = idleLimit
    }

    private final class Activity: Sendable {
        private let state = Mutex((open: 0, last: ContinuousClock.now, isOver: false))
        func begin() { state.withLock { $0.open += 1 } }
        func end() { state.withLock { state in (state.open, state.last) = (state.open - 1, .now) } }
        func isIdle(for limit: Duration) -> Bool { state.withLock { $0.open == 0 && $0.last + limit < .now } }
        func giveUp() { state.withLock { $0.isOver = true } }
        var isOver: Bool { state.withLock { $0.isOver } }
    }

    /// Serves until nobody needs it any more.
    ///
    /// - Parameter ready: Called once connections are taken.
    public func run(ready: @Sendable () -> Void) async throws {
        try files.makeDirectory()
        guard let lock = try TunnelFiles.take(files.lock, waits: false) else {
            throw KinkajouError("another tunnel has port \(files.port)", cure: "use that one")
        }
        defer { close(lock) }
        let endpoint = try await provider.endpoint(of: target)
        let server = try await listen()
        try files.write(
            TunnelFiles.State(
                target: target, certificate: endpoint.certificate, key: endpoint.key))
        defer { unlink(files.state) }
        ready()
        log.info("the tunnel listens", metadata: ["port": "\(files.port)", "cluster": "\(target.cluster)"])
        defer { log.info("the tunnel ends", metadata: ["port": "\(files.port)"]) }
        let activity = Activity()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.accept(server, activity: activity) }
            group.addTask {
                // Whoever has asked for the credentials may come back with them.
                while !activity.isOver, let asked = files.sinceAsked(),
                    asked < idleLimit || !activity.isIdle(for: idleLimit)
                {
                    try await Task.sleep(for: .seconds(1))
                }
            }
            group.addTask { try await self.watch(endpoint.identity.uid) }
            _ = try await group.next()
        }
    }

    /// Returns when the cluster is gone or has ended, so that its credentials are not handed out any more, and that
    /// nothing of a later cluster of the name is reached with them.
    private func watch(_ uid: String?) async throws {
        let fields = "metadata.name=\(ClusterName.object(target.cluster))"
        var isSeen = false
        do {
            for try await event in provider.client.watch(
                .pods, namespace: target.namespace, labels: nil, fields: fields)
            {
                switch event {
                case .added(let pod), .modified(let pod):
                    isSeen = true
                    if pod["metadata"]["uid"].string != uid { return }
                    if case .failed = PodStage(pod: pod) { return }
                case .deleted(let pod): if pod["metadata"]["uid"].string == uid { return }
                case .synced: if !isSeen { return }
                }
            }
        } catch let error as KubernetesError {
            log.warning("the Pod of the cluster \"\(target.cluster)\" cannot be watched: \(error)")
            // The connections will tell.
            while true { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    private func listen() async throws -> NIOAsyncChannel<AcceptedConnection, Never> {
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "127.0.0.1", port: files.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try AcceptedConnection(channel)
                    }
                }
        } catch {
            throw KinkajouError(
                "the tunnel cannot listen at 127.0.0.1:\(files.port): \(error)",
                cure:
                    "if something else has that port, `kinkajou export kubeconfig --name \(target.cluster)` chooses another"
            )
        }
    }

    private func accept(_ server: NIOAsyncChannel<AcceptedConnection, Never>, activity: Activity) async throws
    {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    activity.begin()
                    log.debug("a connection comes")
                    group.addTask {
                        defer {
                            activity.end()
                            log.debug("a connection has ended")
                        }
                        await self.serve(connection, activity: activity)
                    }
                }
            }
        }
    }

    /// A connection that cannot be served is closed, as if the API server were not there; the log says why.
    private func serve(_ accepted: AcceptedConnection, activity: Activity) async {
        do {
            let connection = try await accepted.open(ByteBuffer.self, ByteBuffer.self, halfClosure: true)
            try await connection.executeThenClose { inbound, outbound in
                let stream = try await provider.client.portForward(
                    pod: ClusterName.object(target.cluster), namespace: target.namespace,
                    port: Defaults.apiServerPort)
                defer { stream.close() }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask {
                        for try await piece in inbound { try await stream.write(piece) }
                    }
                    group.addTask {
                        for try await piece in stream.inbound { try await outbound.write(piece) }
                    }
                    // A port-forward cannot be closed by half: the first end is the end.
                    _ = try await group.next()
                }
            }
        } catch let error as KubernetesError {
            log.warning("port-forward to the cluster \"\(target.cluster)\": \(error)")
            if error.isNotFound { activity.giveUp() }
        } catch {
            log.warning("connection: \(error)")
        }
    }
}

extension KubernetesProvider {
    /// How the API server of a tunnel's cluster is reached from inside the host cluster.
    ///
    /// - Throws: ``KinkajouError`` that says what became of the cluster, where it is not the one that is there.
    func endpoint(of target: TunnelTarget) async throws -> ClusterEndpoint {
        let remove =
            "`kinkajou delete cluster --name \(target.cluster) --namespace \(target.namespace)"
            + (target.context.map { " --context \($0)" } ?? "") + "` removes its context"
        guard let pod = try await pod(of: target.cluster) else {
            throw KinkajouError(
                "the cluster \"\(target.cluster)\" of this context is gone: it was deleted, or its time to live was over",
                cure: "make it again, or leave it: \(remove)")
        }
        if let uid = target.uid, pod["metadata"]["uid"].string != uid {
            throw KinkajouError(
                "the cluster \"\(target.cluster)\" of this context is gone; there is another one of that name now",
                cure:
                    "`kinkajou export kubeconfig --name \(target.cluster) --namespace \(target.namespace)` writes that one's context"
            )
        }
        if case .failed(let failure) = PodStage(pod: pod) {
            throw KinkajouError(
                "the cluster \"\(target.cluster)\" has ended: \(failure.summary)",
                cure: "\(failure.cure); \(remove)")
        }
        return try await endpoint(of: target.cluster, isInternal: true)
    }
}

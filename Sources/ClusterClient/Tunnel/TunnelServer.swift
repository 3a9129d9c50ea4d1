internal import ClusterSpec
internal import Glibc
internal import KubernetesAPI
internal import Linux
internal import Logging
internal import NIOCore
internal import NIOPosix
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

    /// Tells the tunnel's ``TunnelLife`` what happens.
    private typealias Feed = @Sendable (TunnelLife.Happening) -> Void

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
        let reason = try await live(server, uid: endpoint.identity.uid)
        log.info("the tunnel ends: \(reason.rawValue)", metadata: ["port": "\(files.port)"])
    }

    /// Serves until it is over, and returns why.
    private func live(
        _ server: NIOAsyncChannel<AcceptedConnection, Never>, uid: String?
    ) async throws -> TunnelLife.Reason {
        let (happenings, continuation) = AsyncStream.makeStream(of: TunnelLife.Happening.self)
        let feed: Feed = { continuation.yield($0) }
        return try await withThrowingTaskGroup(of: TunnelLife.Reason?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await self.accept(server, feed: feed)
                return nil
            }
            group.addTask {
                while true {
                    feed(.tick(sinceAsked: files.sinceAsked()))
                    try await Task.sleep(for: .seconds(1))
                }
            }
            group.addTask {
                try await self.watch(feed)
                return nil
            }
            group.addTask {
                var life = TunnelLife(uid: uid, idleLimit: idleLimit)
                let began = ContinuousClock.now
                for await happening in happenings {
                    for case .end(let reason) in life.handle(happening, at: began.duration(to: .now)) {
                        return reason
                    }
                }
                throw CancellationError()
            }
            // What has nothing more to tell decides nothing.
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// Tells of the cluster's Pod: when it is gone or has ended, its credentials are not handed out any more, and nothing
    /// of a later cluster of the name is reached with them.
    private func watch(_ feed: Feed) async throws {
        let fields = "metadata.name=\(ClusterName.object(target.cluster))"
        do {
            for try await event in provider.client.watch(
                .pods, namespace: target.namespace, labels: nil, fields: fields)
            {
                switch event {
                case .added(let pod), .modified(let pod):
                    var hasFailed = false
                    if case .failed = PodStage(pod: pod) { hasFailed = true }
                    feed(.pod(uid: pod["metadata"]["uid"].string, hasFailed: hasFailed))
                case .deleted(let pod): feed(.podGone(uid: pod["metadata"]["uid"].string))
                case .synced: feed(.allSeen)
                }
            }
        } catch let error as KubernetesError {
            // The connections will tell.
            log.warning("the Pod of the cluster \"\(target.cluster)\" cannot be watched: \(error)")
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

    private func accept(_ server: NIOAsyncChannel<AcceptedConnection, Never>, feed: @escaping Feed)
        async throws
    {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    feed(.connectionBegan)
                    log.debug("a connection comes")
                    group.addTask {
                        defer {
                            feed(.connectionEnded)
                            log.debug("a connection has ended")
                        }
                        await self.serve(connection, feed: feed)
                    }
                }
            }
        }
    }

    /// A connection that cannot be served is closed, as if the API server were not there; the log says why.
    private func serve(_ accepted: AcceptedConnection, feed: Feed) async {
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
            if error.isNotFound { feed(.notFound) }
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

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
    private let cluster: String
    private let files: TunnelFiles
    private let idleLimit: Duration

    /// A tunnel that does not listen yet.
    public init(provider: KubernetesProvider, cluster: String, files: TunnelFiles, idleLimit: Duration) {
        self.provider = provider
        self.cluster = cluster
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
        let endpoint = try await provider.endpoint(of: cluster, isInternal: true)
        let server = try await listen()
        try files.write(
            TunnelFiles.State(
                cluster: cluster, namespace: provider.namespace, certificate: endpoint.certificate,
                key: endpoint.key))
        defer { unlink(files.state) }
        ready()
        log.info("the tunnel listens", metadata: ["port": "\(files.port)", "cluster": "\(cluster)"])
        defer { log.info("the tunnel ends", metadata: ["port": "\(files.port)"]) }
        let activity = Activity()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.accept(server, activity: activity) }
            group.addTask {
                while !activity.isOver, !activity.isIdle(for: idleLimit), Files.exists(files.state) {
                    try await Task.sleep(for: .seconds(1))
                }
            }
            _ = try await group.next()
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
                    "if something else has that port, `kinkajou export kubeconfig --name \(cluster)` chooses another"
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
                    pod: ClusterName.object(cluster), namespace: provider.namespace,
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
            log.warning("port-forward to the cluster \"\(cluster)\": \(error)")
            if error.isNotFound { activity.giveUp() }
        } catch {
            log.warning("connection: \(error)")
        }
    }
}

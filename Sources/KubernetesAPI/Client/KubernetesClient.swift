internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Values

/// A client of the Kubernetes API, for servers from 1.20 on.
///
/// Every request has a deadline and ends when its task is cancelled. What only reads is repeated when the server
/// restarts or has too much to do; anything else only when it has surely not been carried out.
public final class KubernetesClient: Sendable {
    /// Where the server is, and how the client proves who it is.
    public let configuration: ClientConfiguration

    let userAgent: String
    let retries: RetryPolicy
    let address: ServerAddress
    let proxy: ProxySettings?
    let tls: TLSSettings
    let credentials: CredentialProvider
    let http: HTTPClient

    /// Makes a client. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: Best from ``ClientConfiguration/resolve(kubeconfig:context:environment:)``.
    ///   - userAgent: What the server's log calls the client, such as `kinkajou/1.0`.
    ///   - retries: When a request that failed is sent again.
    /// - Throws: ``KubeconfigError`` or ``CredentialError``: the configuration cannot be used.
    public init(
        _ configuration: ClientConfiguration, userAgent: String, retries: RetryPolicy = RetryPolicy()
    ) throws {
        guard let address = ServerAddress(configuration.server) else {
            throw KubeconfigError.invalidEntry(
                kind: "cluster", name: configuration.contextName ?? "",
                reason: "\(configuration.server) is no URL of a server",
                cure: "Write it as https://HOST:PORT.")
        }
        do {
            proxy = try configuration.proxyURL.map { try ProxySettings.supported(url: $0.value) }
        } catch {
            throw KubeconfigError.invalidEntry(
                kind: "cluster", name: configuration.contextName ?? "",
                reason: (error as? ProxyError)?.reason ?? "its proxy cannot be used",
                cure: "Use an http:// or socks5:// proxy.")
        }
        self.configuration = configuration
        self.userAgent = userAgent
        self.retries = retries
        self.address = address
        tls = try TLSSettings(
            configuration.trust,
            peer: PeerAddress(
                of: address, tlsServerName: configuration.tlsServerName, trust: configuration.trust,
                proxy: proxy))
        credentials = CredentialProvider(configuration.credential)
        http = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: Self.httpConfiguration(
                address: address, tlsServerName: configuration.tlsServerName, proxy: proxy,
                peer: tls.peer))
    }

    deinit {
        // AsyncHTTPClient traps in debug builds when it is dropped while running. Forgetting `shutdown()` must not
        // bring the process down; when it was not forgotten, this fails without effect.
        let _: EventLoopFuture<Void> = http.shutdown()
    }

    /// Closes all connections of requests; those that are under way fail. Streams of ``exec(pod:namespace:container:command:stdin:tty:)``
    /// and ``portForward(pod:namespace:port:)`` have connections of their own, and go on.
    public func shutdown() async {
        // The only failure is "already shut down".
        try? await http.shutdown()
    }

    private static func httpConfiguration(
        address: ServerAddress, tlsServerName: String?, proxy: ProxySettings?, peer: PeerAddress?
    ) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool()
        // Our own policy says what is tried again.
        pool.retryConnectionEstablishment = false
        // Streams (watches, logs) hold a connection each and must not keep others waiting.
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        // Less than the idle time of any load balancer: what is in the pool is alive.
        pool.idleTimeout = .seconds(20)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)), connectionPool: pool)
        // With HTTP/2 all requests would hang on one connection, and nothing would tell when its peer has gone.
        configuration.httpVersion = .http1Only
        if let tlsServerName { configuration.dnsOverride = [tlsServerName: address.host] }
        switch proxy?.kind {
        case nil: break
        case .socks5: configuration.proxy = proxy.map { .socksServer(host: $0.host, port: $0.port) }
        // One that is spoken to over TLS was refused before.
        case .http, .https:
            configuration.proxy = proxy.map {
                .server(
                    host: $0.host, port: $0.port,
                    authorization: $0.user.map { user in
                        .basic(username: user, password: proxy?.password?.value ?? "")
                    })
            }
        }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let enabled = KeepAlive.enable(on: channel)
            guard let peer else { return enabled }
            return enabled.flatMap { peer.check(channel) }
        }
        return configuration
    }
}

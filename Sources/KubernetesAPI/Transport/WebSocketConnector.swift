internal import FoundationEssentials
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import NIOSOCKS
internal import NIOSSL
internal import NIOTLS
internal import NIOWebSocket
internal import Values

internal import NIOHTTP1

/// Opens WebSocket connections to the API server, with the client's TLS settings, credential and proxy.
struct WebSocketConnector: Sendable {
    let client: KubernetesClient

    /// How long it may take until a connection stands.
    static let timeout = Duration.seconds(30)
    /// The kubelet sends pieces of 32 KiB; no server sends any near this size.
    private static let largestFrame = 16 << 20

    /// Opens a stream.
    ///
    /// - Parameters:
    ///   - protocols: The subprotocols, the best first.
    ///   - rules: What they say of the channels.
    func open(
        _ request: APIRequest, protocols: [String], rules: ChannelRules
    ) async throws -> WebSocketStream {
        var wasRefused = false
        while true {
            let credential = try await client.credentials.current()
            do {
                return try await withDeadline(
                    Self.timeout, failure: KubernetesError.timeout(what: request.summary, after: Self.timeout)
                ) { try await upgrade(request, protocols: protocols, rules: rules, credential: credential) }
            } catch let error as KubernetesError where error.isUnauthorized && !wasRefused {
                wasRefused = true
                guard await client.credentials.refuse(credential) else { throw error }
            }
        }
    }

    private func upgrade(
        _ request: APIRequest, protocols: [String], rules: ChannelRules, credential: ActiveCredential
    ) async throws -> WebSocketStream {
        let tls = client.address.isTLS ? client.tls.configuration(with: credential.identity) : nil
        let channel: any Channel
        do {
            channel = try await connect(tls: tls)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw await client.explained(error, request: request.summary)
        }
        do {
            switch try await withTaskCancellationHandler(
                operation: {
                    try await negotiate(
                        request, protocols: protocols, rules: rules, credential: credential, on: channel)
                }, onCancel: { channel.close(promise: nil) })
            {
            case .upgraded(let stream): return stream
            case .refused(let head, let body):
                throw Self.refusal(request.summary, head: head, body: body)
            }
        } catch {
            channel.close(promise: nil)
            if Task.isCancelled { throw CancellationError() }
            throw await client.explained(error, request: request.summary)
        }
    }

    private static func refusal(_ what: String, head: HTTPResponseHead, body: ByteBuffer) -> KubernetesError {
        let status = APIStatus(request: what, code: Int(head.status.code), body: body.readableBytesView)
        let isAboutUpgrade =
            status.code < 400 || status.code == 426
            || ["upgrade", "Upgrade", "SPDY", "spdy"].contains { status.message.contains($0) }
        guard isAboutUpgrade, status.code != 401 else { return .status(status) }
        return .webSocketRefused(
            what: what,
            reason: "status \(status.code): \(status.message.isEmpty ? "(no message)" : status.message)")
    }

    /// Sends the request, and turns the connection into a stream of frames if the server agrees.
    private func negotiate(
        _ request: APIRequest, protocols: [String], rules: ChannelRules, credential: ActiveCredential,
        on channel: any Channel
    ) async throws -> UpgradeOutcome {
        var headers = client.headers(for: request, credential: credential)
        headers.add(name: "Sec-WebSocket-Protocol", value: protocols.joined(separator: ", "))
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: client.address.prefix + request.target, headers: headers)
        let what = request.summary
        let server = client.address.url
        return try await channel.eventLoop.flatSubmit {
            channel.eventLoop.makeCompletedFuture {
                try WebSocketUpgrade.start(head, on: channel, largestFrame: Self.largestFrame) {
                    decoder, response in
                    let chosen = response.headers.first(name: "Sec-WebSocket-Protocol") ?? ""
                    // RFC 6455, 4.1: one of those that were offered. Without one the API server means the first version,
                    // whose exit status nobody learns.
                    guard protocols.contains(chosen) else {
                        throw KubernetesError.webSocketRefused(
                            what: what,
                            reason: chosen.isEmpty
                                ? "it chose none of \(protocols.joined(separator: ", "))"
                                : "it chose \(chosen), and was offered \(protocols.joined(separator: ", "))")
                    }
                    return try WebSocketStream.install(
                        on: channel, behind: decoder, what: what, server: server, protocolName: chosen,
                        rules: rules)
                }
            }.flatMap { $0 }
        }.get()
    }

    /// A connection whose certificate is not checked, and over which nothing is sent.
    func connectUnchecked() async throws -> any Channel {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        return try await connect(tls: tls)
    }

    /// A connection that is ready for HTTP: through the proxy, with TLS.
    private func connect(tls: TLSConfiguration?) async throws -> any Channel {
        let address = client.address
        let proxy = client.proxy
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            // NIO sets TCP_NODELAY by itself; as an option of the socket level its number would be SO_DEBUG.
            .channelInitializer { KeepAlive.enable(on: $0) }
        let connecting = bootstrap.connect(
            host: proxy?.host ?? address.host, port: proxy?.port ?? address.port)
        let channel: any Channel = try await withTaskCancellationHandler {
            try await connecting.get()
        } onCancel: {
            connecting.whenSuccess { $0.close(promise: nil) }
        }
        do {
            try await withTaskCancellationHandler {
                if let proxy { try await pass(proxy, on: channel) }
                if let tls {
                    try await secure(channel, tls)
                    if tls.certificateVerification != .none {
                        try await client.tls.peer?.check(channel).get()
                    }
                }
            } onCancel: {
                channel.close(promise: nil)
            }
            return channel
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }

    private func pass(_ proxy: ProxySettings, on channel: any Channel) async throws {
        let target = client.address
        switch proxy.kind {
        // One that is spoken to over TLS was refused before.
        case .http, .https:
            var headers = HTTPHeaders()
            if let user = proxy.user {
                headers.add(
                    name: "Proxy-Authorization",
                    value: basicAuthorization(user: user, password: proxy.password?.value ?? ""))
            }
            let promise = channel.eventLoop.makePromise(of: Void.self)
            let sentHeaders = headers
            try await channel.eventLoop.submit {
                let encoder = HTTPRequestEncoder()
                let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
                let handler = NIOHTTP1ProxyConnectHandler(
                    targetHost: target.host.contains(":") ? "[\(target.host)]" : target.host,
                    targetPort: target.port, headers: sentHeaders,
                    deadline: .now() + .seconds(15), promise: promise)
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandlers([encoder, decoder, handler])
                promise.futureResult.assumeIsolated().whenSuccess {
                    pipeline.removeHandler(encoder, promise: nil)
                    pipeline.removeHandler(decoder, promise: nil)
                }
            }.get()
            try await promise.futureResult.get()
        case .socks5:
            let promise = channel.eventLoop.makePromise(of: Void.self)
            try await channel.eventLoop.submit {
                let targetAddress: SOCKSAddress =
                    if let address = try? SocketAddress(ipAddress: target.host, port: target.port) {
                        .address(address)
                    } else {
                        .domain(target.host, port: target.port)
                    }
                try channel.pipeline.syncOperations.addHandlers([
                    SOCKSClientHandler(targetAddress: targetAddress),
                    EventAwaiter(promise) {
                        $0 is SOCKSProxyEstablishedEvent
                    },
                ])
            }.get()
            try await promise.futureResult.get()
        }
    }

    private func secure(_ channel: any Channel, _ tls: TLSConfiguration) async throws {
        let name = client.configuration.tlsServerName ?? client.address.host
        let promise = channel.eventLoop.makePromise(of: Void.self)
        try await channel.eventLoop.submit {
            let context = try NIOSSLContext(configuration: tls)
            // An address is checked against the connection's peer.
            let handler = try NIOSSLClientHandler(context: context, serverHostname: isIP(name) ? nil : name)
            try channel.pipeline.syncOperations.addHandlers([
                handler,
                EventAwaiter(promise) {
                    if case .handshakeCompleted = $0 as? NIOTLS.TLSUserEvent { true } else { false }
                },
            ])
        }.get()
        try await promise.futureResult.get()
    }
}

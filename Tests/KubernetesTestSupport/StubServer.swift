internal import ClusterClient
public import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

internal import NIOHTTP1

/// An HTTP/1 server on a free port of this machine, each request answered by a closure.
public final class StubServer: Sendable {
    /// Answers a request.
    public typealias Handler = @Sendable (inout Exchange) async throws -> Void

    /// A request as it was received.
    public struct Received: Sendable, Equatable {
        /// Such as `GET`.
        public var method: String
        /// With the query.
        public var target: String
        /// By lower-case names.
        public var headers: [String: String]
    }

    /// One request, and the way to answer it.
    public struct Exchange {
        /// The request.
        public let request: Received
        /// Which request of the server this is, from 0.
        public let number: Int
        var inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
        let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
        var isClosed = false

        /// The request's body, to be read once.
        public mutating func body() async throws -> ByteBuffer {
            var whole = ByteBuffer()
            while case .body(var part) = try await inbound.next() { whole.writeBuffer(&part) }
            return whole
        }

        /// Sends an answer's head.
        public func head(_ status: Int, _ headers: [String: String] = [:]) async throws {
            try await outbound.write(
                .head(
                    HTTPResponseHead(
                        version: .http1_1, status: HTTPResponseStatus(statusCode: status),
                        headers: HTTPHeaders(headers.map { ($0.key, $0.value) }))))
        }

        /// Sends a part of an answer's body.
        public func write(_ text: String) async throws {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text))))
        }

        /// Sends a part of an answer's body, in a packet of its own.
        public func write(bytes: [UInt8]) async throws {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
        }

        /// Sends an answer's end.
        public func end() async throws {
            try await outbound.write(.end(nil))
        }

        /// A whole answer.
        public mutating func answer(_ status: Int, _ text: String = "", _ headers: [String: String] = [:])
            async throws
        {
            _ = try await body()
            try await head(status, ["Content-Length": "\(text.utf8.count)"].merging(headers) { $1 })
            try await write(text)
            try await end()
        }

        /// Waits until the client has gone.
        public mutating func waitForClient() async throws {
            while try await inbound.next() != nil {}
        }

        /// Breaks the connection off after this exchange.
        public mutating func hangUp() {
            isClosed = true
        }
    }

    /// The port.
    public let port: Int
    private let received = Mutex<[Received]>([])

    /// All requests so far.
    public var requests: [Received] { received.withLock { $0 } }

    private init(port: Int) {
        self.port = port
    }

    /// Runs `body` with a server, which stops afterwards.
    ///
    /// - Parameter certificate: With it, the server speaks TLS.
    @discardableResult
    public static func with<Result: Sendable>(
        certificate: TestCertificate? = nil, address: String = "127.0.0.1", port: Int = 0,
        handler: @escaping Handler,
        body: @escaping @Sendable (StubServer) async throws -> Result
    ) async throws -> Result {
        let context = try certificate.map { certificate in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8)).map
                {
                    .certificate($0)
                },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)))
            configuration.certificateVerification = .none
            return try NIOSSLContext(configuration: configuration)
        }
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try AcceptedConnection(channel)
                }
            }
        let stub = StubServer(port: server.channel.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask {
                                // A client that goes away is the client's right.
                                try? await stub.serve(connection, handler)
                            }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(stub)
        }
    }

    private func serve(
        _ accepted: AcceptedConnection, _ handler: Handler
    ) async throws {
        let connection = try await accepted.open(HTTPServerRequestPart.self, HTTPServerResponsePart.self)
        try await connection.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            while let part = try await parts.next() {
                guard case .head(let head) = part else { continue }
                let request = Received(
                    method: head.method.rawValue, target: head.uri,
                    headers: Dictionary(
                        head.headers.map { ($0.name.lowercased(), $0.value) },
                        uniquingKeysWith: { "\($0),\($1)" }))
                let number = received.withLock {
                    $0.append(request)
                    return $0.count - 1
                }
                var exchange = Exchange(
                    request: request, number: number, inbound: parts, outbound: outbound)
                try await handler(&exchange)
                if exchange.isClosed { return }
                parts = exchange.inbound
            }
        }
    }
}

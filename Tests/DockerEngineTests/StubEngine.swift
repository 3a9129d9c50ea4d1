import ClusterClient
import DockerEngine
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import Synchronization

import NIOHTTP1

/// An HTTP/1 server on a unix socket that plays the daemon, each request answered by a closure.
final class StubEngine: Sendable {
    typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    typealias Handler = @Sendable (inout Exchange) async throws -> Void

    /// A request as it was received.
    struct Received: Sendable, Equatable {
        var method: String
        var target: String
        var headers: [String: String]
    }

    /// One request, and the way to answer it.
    struct Exchange {
        let request: Received
        fileprivate var inbound: Inbound
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

        /// The next part of the request's body.
        mutating func nextBodyPart() async throws -> ByteBuffer? {
            guard case .body(let part) = try await inbound.next() else { return nil }
            return part
        }

        /// The request's body.
        mutating func body() async throws -> ByteBuffer {
            var whole = ByteBuffer()
            while var part = try await nextBodyPart() { whole.writeBuffer(&part) }
            return whole
        }

        func head(_ status: Int, _ headers: [String: String] = [:]) async throws {
            try await outbound.write(
                .head(
                    HTTPResponseHead(
                        version: .http1_1, status: HTTPResponseStatus(statusCode: status),
                        headers: HTTPHeaders(headers.map { ($0.key, $0.value) }))))
        }

        func write(_ text: String) async throws {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text))))
        }

        func write(_ bytes: ByteBuffer) async throws {
            try await outbound.write(.body(.byteBuffer(bytes)))
        }

        func end() async throws {
            try await outbound.write(.end(nil))
        }

        /// A whole answer.
        func answer(_ status: Int, _ text: String = "", _ headers: [String: String] = [:]) async throws {
            try await head(status, headers)
            if status != 204 && status != 304 { try await write(text) }
            try await end()
        }
    }

    let socketPath: String
    private let received = Mutex<[Received]>([])

    /// All requests but the pings that negotiate the version.
    var requests: [Received] {
        received.withLock { $0 }.filter { $0.target != "/_ping" }
    }

    var pings: Int {
        received.withLock { $0 }.count { $0.target == "/_ping" }
    }

    private init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// Runs `body` with a stub at `socketPath`, which stops afterwards.
    ///
    /// - Parameter apiVersion: What `/_ping` answers with; nil leaves `/_ping` to `handler`.
    static func with<Result: Sendable>(
        socketPath: String,
        apiVersion: String? = "1.41",
        handler: @escaping Handler,
        body: @escaping @Sendable (StubEngine) async throws -> Result
    ) async throws -> Result {
        let stub = StubEngine(socketPath: socketPath)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: socketPath, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try AcceptedConnection(channel)
                }
            }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask {
                                // A client that goes away is the client's right.
                                try? await stub.serve(connection, apiVersion, handler)
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
        _ accepted: AcceptedConnection,
        _ apiVersion: String?, _ handler: Handler
    ) async throws {
        let connection = try await accepted.open(HTTPServerRequestPart.self, HTTPServerResponsePart.self)
        try await connection.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            while case .head(let head) = try await parts.next() {
                let request = Received(
                    method: head.method.rawValue, target: head.uri,
                    headers: Dictionary(
                        head.headers.map { ($0.name.lowercased(), $0.value) },
                        uniquingKeysWith: { "\($0),\($1)" }))
                received.withLock { $0.append(request) }
                var exchange = Exchange(request: request, inbound: parts, outbound: outbound)
                if let apiVersion, request.target == "/_ping" {
                    _ = try await exchange.body()
                    try await exchange.answer(200, "OK", ["Api-Version": apiVersion])
                } else {
                    try await handler(&exchange)
                }
                // The client uses each connection once.
                return
            }
        }
    }
}

/// Runs `body` with a new directory, which is removed afterwards with all that is in it.
func withTemporaryDirectory<Result>(
    _ body: (String) async throws -> Result
) async throws -> Result {
    var template = Array("/tmp/kinkajou-engine-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure(call: "mkdtemp", number: errno) }
    let path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

struct SystemFailure: Error {
    let call: String
    let number: CInt
}

/// The names in a directory, sorted.
func entries(of directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Runs `body` with a stub and a client of it.
@discardableResult
func withStub<Result: Sendable>(
    apiVersion: String? = "1.41",
    handler: @escaping StubEngine.Handler,
    body: @escaping @Sendable (StubEngine, DockerEngineClient) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        try await StubEngine.with(
            socketPath: directory + "/docker.sock", apiVersion: apiVersion, handler: handler
        ) { stub in
            try await DockerEngineClient.withClient(socketPath: stub.socketPath) { client in
                try await body(stub, client)
            }
        }
    }
}

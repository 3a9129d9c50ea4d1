import ClusterClient
import NIOCore
import NIOPosix
import Synchronization

/// A proxy that passes connections on: by HTTP's CONNECT (RFC 9110, section 9.3.6), or by SOCKS 5 without a password
/// (RFC 1928).
final class TestProxy: Sendable {
    /// How it is asked.
    enum Kind: Sendable { case http, socks5 }

    /// What it was asked for: the heads of CONNECT requests, or `host:port` of SOCKS.
    let asked = Mutex<[String]>([])
    private let kind: Kind
    private let refusal: String?

    private init(kind: Kind, refusal: String?) {
        self.kind = kind
        self.refusal = refusal
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs `body` with a proxy and its port.
    ///
    /// - Parameter refusal: The answer to every CONNECT, in place of a connection.
    static func with<Result: Sendable>(
        _ kind: Kind, refusal: String? = nil,
        body: @escaping @Sendable (TestProxy, Int) async throws -> Result
    ) async throws -> Result {
        let proxy = TestProxy(kind: kind, refusal: refusal)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try AcceptedConnection(channel) }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask { try? await proxy.serve(connection) }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(proxy, port)
        }
    }

    private func serve(_ accepted: AcceptedConnection) async throws {
        let client = try await accepted.open(ByteBuffer.self, ByteBuffer.self)
        try await client.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            var buffer = ByteBuffer()
            /// Waits until there are as many bytes.
            func read(_ count: Int) async throws -> [UInt8] {
                while buffer.readableBytes < count {
                    guard let more = try await iterator.next() else { throw ChannelError.eof }
                    buffer.writeImmutableBuffer(more)
                }
                return buffer.readBytes(length: count) ?? []
            }
            let host: String
            let port: Int
            switch kind {
            case .http:
                var head = ""
                while !head.hasSuffix("\r\n\r\n") {
                    head += String(decoding: try await read(1), as: UTF8.self)
                }
                asked.withLock { $0.append(head) }
                if let refusal {
                    try await outbound.write(ByteBuffer(string: refusal))
                    return
                }
                let target = head.split(separator: " ")[1].split(separator: ":")
                (host, port) = (String(target[0]), Int(target[1]) ?? 0)
            case .socks5:
                let methods = try await read(2)
                _ = try await read(Int(methods[1]))
                try await outbound.write(ByteBuffer(bytes: [5, 0]))
                let request = try await read(4)
                switch request[3] {
                case 1: host = try await read(4).map { "\($0)" }.joined(separator: ".")
                default: host = String(decoding: try await read(Int(try await read(1)[0])), as: UTF8.self)
                }
                let number = try await read(2)
                port = Int(number[0]) << 8 | Int(number[1])
                asked.withLock { $0.append("\(host):\(port)") }
            }
            let server = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Connection(wrappingChannelSynchronously: channel)
                    }
                }
            try await server.executeThenClose { answers, requests in
                switch kind {
                case .http: try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
                case .socks5:
                    try await outbound.write(ByteBuffer(bytes: [5, 0, 0, 1, 127, 0, 0, 1, 0, 80]))
                }
                if buffer.readableBytes > 0 { try await requests.write(buffer) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await piece in answers { try await outbound.write(piece) }
                        client.channel.close(promise: nil)
                    }
                    while let piece = try await iterator.next() { try await requests.write(piece) }
                    group.cancelAll()
                }
            }
        }
    }
}

import ClusterClient
import Crypto
import Foundation
import NIOCore
import NIOPosix

/// A server that speaks WebSocket by hand, so that each byte of it can be told.
enum RawWebSocketServer {
    struct Connection {
        /// The request's head, as it came.
        let request: String
        fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        fileprivate var buffer: ByteBuffer

        /// A frame of the client: opcode and unmasked payload. Nil at the end.
        mutating func receive() async throws -> (opcode: UInt8, payload: [UInt8])? {
            while true {
                if let frame = try parse() { return frame }
                guard let more = try await inbound.next() else { return nil }
                buffer.writeImmutableBuffer(more)
            }
        }

        private mutating func parse() throws -> (opcode: UInt8, payload: [UInt8])? {
            let bytes = Array(buffer.readableBytesView.prefix(14))
            guard bytes.count >= 2 else { return nil }
            guard bytes[1] & 0x80 != 0, bytes[0] & 0x70 == 0 else { throw ProtocolViolation() }
            var length = Int(bytes[1] & 0x7F)
            var offset = 2
            if length == 126 {
                guard bytes.count >= 4 else { return nil }
                length = Int(bytes[2]) << 8 | Int(bytes[3])
                offset = 4
            } else if length == 127 {
                guard bytes.count >= 10 else { return nil }
                length = bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
                offset = 10
            }
            guard buffer.readableBytes >= offset + 4 + length else { return nil }
            let mask = Array(bytes[offset..<offset + 4])
            buffer.moveReaderIndex(forwardBy: offset + 4)
            var payload = buffer.readBytes(length: length) ?? []
            for index in payload.indices { payload[index] ^= mask[index & 3] }
            return (bytes[0] & 0x0F, payload)
        }

        func send(_ bytes: [UInt8]) async throws {
            try await outbound.write(ByteBuffer(bytes: bytes))
        }

        /// A binary message on a channel.
        func send(channel: UInt8, _ payload: [UInt8]) async throws {
            try await send(RawWebSocketServer.frame([channel] + payload))
        }

        func send(channel: UInt8, _ text: String) async throws {
            try await send(channel: channel, Array(text.utf8))
        }
    }

    struct ProtocolViolation: Error {}

    static func frame(_ payload: [UInt8], opcode: UInt8 = 2, fin: Bool = true) -> [UInt8] {
        var bytes: [UInt8] = [(fin ? 0x80 : 0) | opcode]
        switch payload.count {
        case ..<126: bytes.append(UInt8(payload.count))
        case ..<65536: bytes += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes += [127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        return bytes + payload
    }

    /// Runs `body` with the server's port. `handler` gets each connection after the upgrade; it is closed when that
    /// returns.
    @discardableResult
    static func with<Result: Sendable>(
        protocolName: String = "v4.channel.k8s.io", refusal: String? = nil,
        handler: @escaping @Sendable (inout Connection) async throws -> Void,
        body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try AcceptedConnection(channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask {
                                try? await serve(connection, protocolName, refusal, handler)
                            }
                        }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body(port)
        }
    }

    private static func serve(
        _ accepted: AcceptedConnection, _ protocolName: String, _ refusal: String?,
        _ handler: @Sendable (inout Connection) async throws -> Void
    ) async throws {
        let channel = try await accepted.open(ByteBuffer.self, ByteBuffer.self)
        try await channel.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            var request = ""
            while !request.hasSuffix("\r\n\r\n") {
                guard let part = try await iterator.next() else { return }
                request += String(buffer: part)
            }
            if let refusal {
                try await outbound.write(ByteBuffer(string: refusal))
                while try await iterator.next() != nil {}
                return
            }
            let key = request.split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("sec-websocket-key: ")
            }
            let text =
                (key?.dropFirst("sec-websocket-key: ".count) ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            let digest = Data(Insecure.SHA1.hash(data: Data(text.utf8))).base64EncodedString()
            try await outbound.write(
                ByteBuffer(
                    string:
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: \(digest)\r\nSec-WebSocket-Protocol: \(protocolName)\r\n\r\n"
                ))
            var connection = Connection(
                request: request, inbound: iterator, outbound: outbound, buffer: ByteBuffer())
            try await handler(&connection)
        }
    }
}

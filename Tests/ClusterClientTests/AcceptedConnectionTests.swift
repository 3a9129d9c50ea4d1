import ClusterClient
import NIOCore
import NIOPosix
import Testing

@Suite struct AcceptedConnectionTests {
    private typealias Server = NIOAsyncChannel<AcceptedConnection, Never>

    private func listen() async throws -> Server {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try AcceptedConnection(channel) }
            }
    }

    private func connect(to address: SocketAddress) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// What was sent before it was opened is read afterwards.
    @Test func nothingIsLostBeforeItIsOpened() async throws {
        let server = try await listen()
        let address = try #require(server.channel.localAddress)
        try await server.executeThenClose { connections in
            let client = try await connect(to: address)
            try await client.executeThenClose { answers, requests in
                try await requests.write(ByteBuffer(string: "early"))
                var accepted = connections.makeAsyncIterator()
                let connection = try #require(try await accepted.next())
                let opened = try await connection.open(ByteBuffer.self, ByteBuffer.self)
                try await opened.executeThenClose { inbound, outbound in
                    var parts = inbound.makeAsyncIterator()
                    #expect(try await parts.next().map { String(buffer: $0) } == "early")
                    try await outbound.write(ByteBuffer(string: "answer"))
                    var received = answers.makeAsyncIterator()
                    #expect(try await received.next().map { String(buffer: $0) } == "answer")
                }
            }
        }
    }

    @Test func oneThatIsDroppedIsClosed() async throws {
        let server = try await listen()
        let address = try #require(server.channel.localAddress)
        try await server.executeThenClose { connections in
            let client = try await connect(to: address)
            try await client.executeThenClose { answers, _ in
                var accepted = connections.makeAsyncIterator()
                _ = try #require(try await accepted.next())
                var received = answers.makeAsyncIterator()
                #expect(try await received.next() == nil)
            }
        }
    }

    /// With `NIOAsyncChannel`s in place of them the process ends here.
    @Test func aServerThatEndsMayHaveTakenSome() async throws {
        for _ in 0..<50 {
            let server = try await listen()
            let address = try #require(server.channel.localAddress)
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        // The server may be gone already.
                        guard let client = try? await connect(to: address) else { return }
                        try? await client.executeThenClose { _, _ in }
                    }
                }
                try await server.executeThenClose { connections in
                    for try await _ in connections { break }
                }
            }
        }
    }

    /// It may be known already that the client has gone, or be learnt by reading.
    @Test func oneWhoseClientHasGoneEnds() async throws {
        let server = try await listen()
        let address = try #require(server.channel.localAddress)
        try await server.executeThenClose { connections in
            let client = try await connect(to: address)
            var accepted = connections.makeAsyncIterator()
            let connection = try #require(try await accepted.next())
            try await client.executeThenClose { _, _ in }
            guard let opened = try? await connection.open(ByteBuffer.self, ByteBuffer.self) else { return }
            try? await opened.executeThenClose { inbound, _ in
                for try await _ in inbound { Issue.record("nothing was sent") }
            }
        }
    }
}

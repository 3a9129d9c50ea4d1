internal import NIOCore
internal import NIOWebSocket
internal import Values

/// A piece of one of the channels that share a connection.
struct ChannelPiece: Sendable {
    let number: UInt8
    let bytes: ByteBuffer
}

/// What a stream's protocol says of its channels.
struct ChannelRules: Sendable {
    /// The channel whose bytes are not for the consumer: the command's status, or an error.
    let asideChannel: UInt8
    /// Whether that channel has said all that it will say.
    let isComplete: @Sendable (ByteBuffer) -> Bool
    /// What is wrong with the end of a connection; nil when nothing is.
    ///
    /// Its arguments are what the aside channel said, and whether the server has closed the stream as WebSocket wants.
    let failure: @Sendable (ByteBuffer, Bool) -> KubernetesError?
}

/// A WebSocket connection that carries several channels, in the way of `channel.k8s.io`: the first byte of each
/// message is the channel's number.
/// <https://pkg.go.dev/k8s.io/apimachinery/pkg/util/httpstream/wsstream>
final class WebSocketStream: Sendable {
    typealias Inbound = NIOThrowingAsyncSequenceProducer<
        ChannelPiece, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark,
        WebSocketDemand
    >

    /// A larger message is sent as several. The old servers take each frame for a message of its own, so a message
    /// must not be continued in a second frame.
    static let largestMessage = 32 << 10

    /// The subprotocol that the server has chosen.
    let protocolName: String
    /// The pieces of all channels but the aside one.
    let inbound: Inbound
    /// What the aside channel has said: at once when it is complete, else when the connection has ended.
    let aside: EventLoopFuture<ByteBuffer>

    private let channel: any Channel
    private let what: String
    private let server: String

    private init(
        channel: any Channel, what: String, server: String, protocolName: String, inbound: Inbound,
        aside: EventLoopFuture<ByteBuffer>
    ) {
        self.channel = channel
        self.what = what
        self.server = server
        self.protocolName = protocolName
        self.inbound = inbound
        self.aside = aside
    }

    deinit {
        channel.close(promise: nil)
    }

    /// To be called on the channel's event loop, when the pipeline speaks WebSocket.
    ///
    /// - Parameter decoder: The handler that gives the frames; nil where that is the last one.
    static func install(
        on channel: any Channel, behind decoder: (any ChannelHandler)? = nil, what: String, server: String,
        protocolName: String, rules: ChannelRules,
        keepAlive: WebSocketKeepAlive = WebSocketKeepAlive()
    ) throws -> WebSocketStream {
        let handler = WebSocketHandler(
            what: what, server: server, rules: rules, keepAlive: keepAlive,
            aside: channel.eventLoop.makePromise())
        let demand = WebSocketDemand(NIOLoopBound(handler, eventLoop: channel.eventLoop))
        let producer = Inbound.makeSequence(
            elementType: ChannelPiece.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8), finishOnDeinit: true,
            delegate: demand)
        handler.source = producer.source
        do {
            // Nothing is read that nobody has asked for. A connection that has gone already reads nothing anyway.
            try? channel.syncOptions?.setOption(.autoRead, value: false)
            try channel.pipeline.syncOperations.addHandler(
                handler, position: decoder.map { .after($0) } ?? .last)
        } catch {
            // The connection has gone meanwhile.
            handler.abandon(error)
            throw error
        }
        return WebSocketStream(
            channel: channel, what: what, server: server, protocolName: protocolName,
            inbound: producer.sequence, aside: handler.aside.futureResult)
    }

    /// Sends bytes on a channel, and waits until the system has taken them.
    func send(_ bytes: ByteBuffer, on number: UInt8) async throws {
        var rest = bytes
        repeat {
            let length = min(rest.readableBytes, Self.largestMessage)
            var message = channel.allocator.buffer(capacity: length + 1)
            message.writeInteger(number)
            if let piece = rest.readSlice(length: length) { message.writeImmutableBuffer(piece) }
            let frame = WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: message)
            do {
                try await channel.writeAndFlush(frame).cancellable()
            } catch {
                if Task.isCancelled { throw CancellationError() }
                throw transportError(error, request: what, server: server)
            }
        } while rest.readableBytes > 0
    }

    /// Says good-bye, and closes the connection.
    func close() {
        let code = WebSocketErrorCode.normalClosure
        var data = channel.allocator.buffer(capacity: 2)
        data.write(webSocketErrorCode: code)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        // Not after the write: it may never be done.
        channel.writeAndFlush(frame, promise: nil)
        channel.close(promise: nil)
    }
}

/// Passes a consumer's demand on to the connection.
struct WebSocketDemand: NIOAsyncSequenceProducerDelegate {
    private let handler: NIOLoopBound<WebSocketHandler>

    init(_ handler: NIOLoopBound<WebSocketHandler>) {
        self.handler = handler
    }

    func produceMore() {
        handler.eventLoop.execute { handler.value.produceMore() }
    }

    func didTerminate() {
        // What nobody reads any more is thrown away, so that the end is seen.
        handler.eventLoop.execute { handler.value.produceMore() }
    }
}

internal import NIOCore
internal import NIOWebSocket

internal import NIOHTTP1

/// What came of a request to upgrade a connection.
enum UpgradeOutcome: Sendable {
    case upgraded(WebSocketStream)
    /// The answer of a server that does not want to.
    case refused(HTTPResponseHead, ByteBuffer)
}

/// Asks a server to speak WebSocket, and turns the pipeline over at the very byte where it begins to.
///
/// NIO's own upgrade handler takes the HTTP decoder out of the pipeline in a later turn of the event loop. A server that
/// agrees, says all it has to say and hangs up in one breath (a command that cannot be run) has closed the connection
/// by then, and its last words would be lost. Here the frames' decoder is put in front of the HTTP decoder at once.
final class WebSocketUpgrade: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// An error's body is a few hundred bytes.
    private static let largestBody = 1 << 16

    let outcome: EventLoopPromise<UpgradeOutcome>
    private let upgrader: NIOTypedWebSocketClientUpgrader<WebSocketStream>
    private let switchOver: (WebSocketUpgrade, HTTPResponseHead) throws -> WebSocketStream
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var isDone = false

    private init(
        outcome: EventLoopPromise<UpgradeOutcome>, upgrader: NIOTypedWebSocketClientUpgrader<WebSocketStream>,
        switchOver: @escaping (WebSocketUpgrade, HTTPResponseHead) throws -> WebSocketStream
    ) {
        self.outcome = outcome
        self.upgrader = upgrader
        self.switchOver = switchOver
    }

    /// Sends a request with the headers of an upgrade. To be called on the channel's event loop.
    ///
    /// - Parameters:
    ///   - largestFrame: The largest frame that is taken, in bytes.
    ///   - install: Adds what handles the frames to the pipeline, behind the handler that it is given.
    static func start(
        _ request: HTTPRequestHead, on channel: any Channel, largestFrame: Int,
        install: @escaping (any ChannelHandler, HTTPResponseHead) throws -> WebSocketStream
    ) throws -> EventLoopFuture<UpgradeOutcome> {
        // Used for its key and for the check of the answer to it.
        let upgrader = NIOTypedWebSocketClientUpgrader<WebSocketStream> { channel, _ in
            channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let pipeline = channel.pipeline.syncOperations
        let divider = FirstHeadDivider()
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes))
        let promise = channel.eventLoop.makePromise(of: UpgradeOutcome.self)
        let handler = WebSocketUpgrade(outcome: promise, upgrader: upgrader) { handler, response in
            let frames = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: largestFrame))
            try pipeline.addHandlers([WebSocketFrameEncoder(), frames], position: .after(divider))
            // What is sent comes from the end of the pipeline.
            pipeline.removeHandler(encoder, promise: nil)
            let stream = try install(frames, response)
            // The decoder has an end of the answer to tell yet.
            pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
                pipeline.removeHandler(handler, promise: nil)
            }
            return stream
        }
        try pipeline.addHandlers([divider, encoder, decoder, handler])
        var request = request
        request.headers.add(name: "Connection", value: "Upgrade")
        request.headers.add(name: "Upgrade", value: "websocket")
        upgrader.addCustom(upgradeRequestHeaders: &request.headers)
        let tail = channel.pipeline
        tail.write(HTTPClientRequestPart.head(request), promise: nil)
        tail.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            guard head.status == .switchingProtocols else { return }
            guard upgrader.shouldAllowUpgrade(upgradeResponse: head) else {
                // Whoever sent this has not read the request.
                return fail(context, NIOWebSocketUpgradeError.unsupportedWebSocketTarget)
            }
            do {
                complete(.success(.upgraded(try switchOver(self, head))))
            } catch {
                fail(context, error)
            }
        case .body(let bytes):
            if body.readableBytes < Self.largestBody { body.writeImmutableBuffer(bytes) }
        case .end:
            if let head, head.status != .switchingProtocols { complete(.success(.refused(head, body))) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let head { complete(.success(.refused(head, body))) } else { complete(.failure(error)) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    private func end() {
        if let head { complete(.success(.refused(head, body))) } else { complete(.failure(ChannelError.eof)) }
    }

    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        complete(.failure(error))
        context.close(promise: nil)
    }

    private func complete(_ result: Result<UpgradeOutcome, any Error>) {
        guard !isDone else { return }
        isDone = true
        outcome.completeWith(result)
    }
}

/// Passes on the bytes of a connection, with a cut after the head of the first answer: what is after it comes when the
/// head was dealt with, and to the handler that is next then.
final class FirstHeadDivider: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let separator = Array("\r\n\r\n".utf8)
    private var matched = 0
    private var hasCut = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasCut else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        var length = 0
        for byte in bytes.readableBytesView {
            length += 1
            // After a carriage return that does not fit, the separator may begin anew.
            if byte == Self.separator[matched] {
                matched += 1
            } else {
                matched = byte == Self.separator[0] ? 1 : 0
            }
            guard matched == Self.separator.count else { continue }
            hasCut = true
            break
        }
        if let head = bytes.readSlice(length: length) { context.fireChannelRead(wrapInboundOut(head)) }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
    }
}

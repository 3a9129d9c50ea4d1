internal import NIOCore
internal import NIOWebSocket

/// How a peer that has gone is noticed.
struct WebSocketKeepAlive: Sendable {
    /// How often it is asked.
    var interval = TimeAmount.seconds(30)
}

/// Takes a connection's frames apart into pieces of channels, answers pings, and notices when the peer has gone.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = Never
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// A status or error on the aside channel is a few hundred bytes.
    private static let largestAside = 1 << 20

    let aside: EventLoopPromise<ByteBuffer>
    var source: WebSocketStream.Inbound.Source?

    private let what: String
    private let server: String
    private let rules: ChannelRules
    private let keepAlive: WebSocketKeepAlive
    private var context: ChannelHandlerContext?
    private var asideBytes = ByteBuffer()
    private var wantsMore = true
    private var hasEnded = false
    private var isClosedByPeer = false
    /// The channel of the message whose frames are coming in; nil before its first byte.
    private var currentChannel: UInt8?
    private var isInMessage = false

    private var pings: RepeatedTask?
    private var isAwaitingPong = false
    /// Nothing was read for a time since the last ping, so that its answer may wait unseen.
    private var hasPaused = false
    /// Input was sent since the last ping. As long as the command does not take it, the server reads nothing.
    private var hasSentInput = false
    private var mayBeBlockedByInput = false

    init(
        what: String, server: String, rules: ChannelRules, keepAlive: WebSocketKeepAlive,
        aside: EventLoopPromise<ByteBuffer>
    ) {
        self.what = what
        self.server = server
        self.rules = rules
        self.keepAlive = keepAlive
        self.aside = aside
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        // The pipeline is still being rebuilt around this handler.
        context.eventLoop.execute { bound.value.context?.read() }
        pings = context.eventLoop.scheduleRepeatedTask(
            initialDelay: keepAlive.interval, delay: keepAlive.interval
        ) { _ in bound.value.tick() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(nil)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error)
        context.close(promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if wantsMore { context.read() }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if unwrapOutboundIn(data).opcode == .binary { hasSentInput = true }
        context.write(data, promise: promise)
    }

    /// It will not be part of a pipeline.
    func abandon(_ error: any Error) {
        end(error)
    }

    /// The consumer wants more.
    func produceMore() {
        guard !wantsMore else { return }
        wantsMore = true
        context?.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        isAwaitingPong = false
        // No extension was agreed on that would give these bits a meaning (RFC 6455, section 5.2).
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return fail(context, reason: "the server uses an extension of WebSocket that was not agreed on")
        }
        switch frame.opcode {
        case .binary, .text, .continuation: take(frame, context: context)
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .pong: mayBeBlockedByInput = hasSentInput
        case .connectionClose:
            isClosedByPeer = true
            let answer = WebSocketFrame(
                fin: true, opcode: .connectionClose, maskKey: .random(), data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            end(nil)
            context.close(promise: nil)
        default:
            fail(context, reason: "the server sends a frame that WebSocket does not have")
        }
    }

    private func take(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
        var data = frame.unmaskedData
        guard isInMessage == (frame.opcode == .continuation) else {
            return fail(context, reason: "the server mixes up its frames")
        }
        if frame.opcode != .continuation { currentChannel = nil }
        isInMessage = !frame.fin
        if currentChannel == nil { currentChannel = data.readInteger(as: UInt8.self) }
        guard let number = currentChannel, data.readableBytes > 0 else { return }
        if number == rules.asideChannel {
            guard asideBytes.readableBytes + data.readableBytes <= Self.largestAside else {
                return fail(context, reason: "the server's message is too long")
            }
            asideBytes.writeImmutableBuffer(data)
            if rules.isComplete(asideBytes) { aside.succeed(asideBytes) }
            return
        }
        switch source?.yield(ChannelPiece(number: number, bytes: data)) {
        case .stopProducing:
            wantsMore = false
            hasPaused = true
        case .produceMore, .dropped, nil: break
        }
    }

    private func fail(_ context: ChannelHandlerContext, reason: String) {
        end(KubernetesError.invalidResponse(what: what, reason: reason))
        context.close(promise: nil)
    }

    /// The connection has ended, or is no longer of use.
    private func end(_ error: (any Error)?) {
        guard !hasEnded else { return }
        hasEnded = true
        pings?.cancel()
        let lost = ConnectionFailure(
            request: what, server: server, cause: .lost(reason: "the stream ended early"))
        var failure = rules.failure(asideBytes, isClosedByPeer)
        // Whatever comes after the last word does not matter.
        if let error, failure != nil {
            failure =
                transportError(error, request: what, server: server) as? KubernetesError ?? .connection(lost)
        }
        if let failure {
            source?.finish(failure)
            aside.fail(failure)
        } else {
            source?.finish()
            aside.succeed(asideBytes)
        }
        source = nil
    }

    private func tick() {
        guard let context, !hasEnded else { return }
        let isExcused = hasPaused || !wantsMore || mayBeBlockedByInput
        if isAwaitingPong, !isExcused {
            end(
                KubernetesError.connection(
                    ConnectionFailure(
                        request: what, server: server,
                        cause: .silent(.nanoseconds(keepAlive.interval.nanoseconds)))))
            context.close(promise: nil)
            return
        }
        hasPaused = !wantsMore
        mayBeBlockedByInput = mayBeBlockedByInput || hasSentInput
        hasSentInput = false
        isAwaitingPong = true
        let ping = WebSocketFrame(
            fin: true, opcode: .ping, maskKey: .random(), data: context.channel.allocator.buffer(capacity: 0))
        context.writeAndFlush(wrapOutboundOut(ping), promise: nil)
    }
}

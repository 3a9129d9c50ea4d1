internal import NIOCore

/// Completes a promise when an event passes through the pipeline, or fails it when the connection does before.
final class EventAwaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let promise: EventLoopPromise<Void>
    private let isAwaited: (Any) -> Bool

    init(_ promise: EventLoopPromise<Void>, _ isAwaited: @escaping (Any) -> Bool) {
        self.promise = promise
        self.isAwaited = isAwaited
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if isAwaited(event) {
            promise.succeed()
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits, but no longer than the task lives: what is waited for goes on.
    func cancellable() async throws -> Value {
        let promise = eventLoop.makePromise(of: Value.self)
        cascade(to: promise)
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            // Of two completions, the first counts.
            promise.fail(CancellationError())
        }
    }
}

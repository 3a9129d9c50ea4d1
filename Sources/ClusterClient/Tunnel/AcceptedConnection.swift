public import NIOCore
internal import Synchronization

/// A connection that a server has taken, and that nobody serves yet. Nothing is read from it until it is opened.
///
/// A server's child initializer hands these on in place of `NIOAsyncChannel`s. A server that ends drops the connections
/// that have just come: one of these is closed then, where a `NIOAsyncChannel` that nobody has finished ends the whole
/// process (NIOAsyncWriter's precondition).
public final class AcceptedConnection: Sendable {
    private let channel: any Channel
    private let isOpened = Atomic(false)

    /// A connection, from within its initializer.
    public init(_ channel: any Channel) throws {
        try channel.syncOptions?.setOption(.autoRead, value: false)
        self.channel = channel
    }

    deinit {
        if !isOpened.load(ordering: .acquiring) { channel.close(promise: nil) }
    }

    /// Begins to read. To be called once; who has the result calls its `executeThenClose`.
    ///
    /// - Parameter halfClosure: Whether the end of what is written is told to the other side, which may go on.
    /// - Throws: `ChannelError.ioOnClosedChannel` when it was closed meanwhile.
    public func open<Inbound: Sendable, Outbound: Sendable>(
        _ inbound: Inbound.Type = Inbound.self, _ outbound: Outbound.Type = Outbound.self,
        halfClosure: Bool = false
    ) async throws -> NIOAsyncChannel<Inbound, Outbound> {
        try await channel.eventLoop.submit { [channel, self] in
            guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
            let opened = try NIOAsyncChannel<Inbound, Outbound>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: halfClosure))
            isOpened.store(true, ordering: .releasing)
            // Where it has just been closed, whoever reads it learns that.
            channel.setOption(.autoRead, value: true).whenComplete { _ in }
            return opened
        }.get()
    }
}

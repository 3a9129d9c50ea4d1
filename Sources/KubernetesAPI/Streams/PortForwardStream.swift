public import NIOCore

/// A connection to a port in a Pod.
public final class PortForwardStream: Sendable {
    /// What the Pod sends, in pieces of any size. It can be iterated once. Nothing is read ahead but a few pieces.
    public struct Inbound: AsyncSequence, Sendable {
        /// A piece.
        public typealias Element = ByteBuffer

        let stream: WebSocketStream

        /// Takes the pieces one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            // The connection ends with the last reference to it.
            let stream: WebSocketStream
            var base: WebSocketStream.Inbound.AsyncIterator
            var header = PortHeader()

            /// The next piece; nil when the Pod has closed the connection.
            ///
            /// - Throws: ``KubernetesError/stream(what:message:)`` when the port cannot be reached.
            public mutating func next() async throws -> ByteBuffer? {
                while let piece = try await base.next() {
                    guard piece.number == Channel.data else { continue }
                    let bytes = header.strip(piece.bytes)
                    if bytes.readableBytes > 0 { return bytes }
                }
                try Task.checkCancellation()
                return nil
            }
        }

        /// Begins to take the pieces.
        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(stream: stream, base: stream.inbound.makeAsyncIterator())
        }
    }

    /// The channels' numbers, for a single port.
    enum Channel {
        static let data: UInt8 = 0
        static let error: UInt8 = 1
    }

    /// Each channel begins with the port's number, of two bytes, the low one first.
    /// <https://github.com/kubernetes/kubelet/blob/master/pkg/cri/streaming/portforward/websocket.go>
    struct PortHeader: Sendable {
        private var missing = 2

        mutating func strip(_ bytes: ByteBuffer) -> ByteBuffer {
            var bytes = bytes
            let length = min(missing, bytes.readableBytes)
            bytes.moveReaderIndex(forwardBy: length)
            missing -= length
            return bytes
        }
    }

    private let stream: WebSocketStream

    init(stream: WebSocketStream) {
        self.stream = stream
    }

    /// What the Pod sends.
    public var inbound: Inbound { Inbound(stream: stream) }

    /// Sends bytes, and waits until the connection has taken them.
    public func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await stream.send(bytes, on: Channel.data)
    }

    /// Closes the connection. This protocol has no means to close one direction alone.
    public func close() {
        stream.close()
    }

    static func rules(what: String, server: String) -> ChannelRules {
        ChannelRules(
            asideChannel: Channel.error,
            isComplete: { _ in false },
            failure: { error, isClosed in
                var header = PortHeader()
                let text = header.strip(error)
                if text.readableBytes > 0 {
                    return .stream(
                        what: what, message: String(decoding: text.readableBytesView, as: UTF8.self))
                }
                return isClosed
                    ? nil
                    : .connection(
                        ConnectionFailure(
                            request: what, server: server, cause: .lost(reason: "the stream ended early")))
            })
    }
}

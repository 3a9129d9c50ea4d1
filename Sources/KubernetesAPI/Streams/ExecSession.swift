public import NIOCore
internal import Values

/// A command that runs in a container, with its streams.
///
/// Its output has to be read: as with a pipe, a command that nobody listens to stops when the buffers are full. The
/// command is given up when the session and its ``output`` are dropped, or by ``cancel()``; the kubelet does not
/// always kill it then.
public final class ExecSession: Sendable {
    /// A piece of what the command writes.
    public enum Piece: Sendable, Equatable {
        /// To its stdout; with a terminal, all that it writes.
        case stdout(ByteBuffer)
        /// To its stderr.
        case stderr(ByteBuffer)
    }

    /// What the command writes, in pieces of any size. It can be iterated once. Nothing is read ahead but a few
    /// pieces.
    public struct Output: AsyncSequence, Sendable {
        /// A piece.
        public typealias Element = Piece

        let stream: WebSocketStream

        /// Takes the pieces one by one.
        public struct AsyncIterator: AsyncIteratorProtocol {
            // The connection ends with the last reference to it.
            let stream: WebSocketStream
            var base: WebSocketStream.Inbound.AsyncIterator

            /// The next piece; nil when the command has ended.
            ///
            /// - Throws: ``KubernetesError`` when the connection broke before.
            public mutating func next() async throws -> Piece? {
                while let piece = try await base.next() {
                    switch piece.number {
                    case Channel.stdout: return .stdout(piece.bytes)
                    case Channel.stderr: return .stderr(piece.bytes)
                    default: continue
                    }
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

    /// The channels' numbers.
    /// <https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand>
    enum Channel {
        static let stdin: UInt8 = 0
        static let stdout: UInt8 = 1
        static let stderr: UInt8 = 2
        static let status: UInt8 = 3
        static let resize: UInt8 = 4
        /// Only in version 5.
        static let close: UInt8 = 255
    }

    private let stream: WebSocketStream
    private let what: String

    init(stream: WebSocketStream, what: String) {
        self.stream = stream
        self.what = what
    }

    /// The protocol that the server has chosen, such as `v4.channel.k8s.io`.
    public var protocolName: String { stream.protocolName }

    /// What the command writes.
    public var output: Output { Output(stream: stream) }

    /// Whether the end of the input can be told to the command: servers from 1.30 on.
    public var canFinishInput: Bool { stream.protocolName.hasPrefix("v5.") }

    /// Sends input, and waits until the connection has taken it. A command that does not read makes it wait.
    public func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await stream.send(bytes, on: Channel.stdin)
    }

    /// Ends the input.
    ///
    /// - Throws: ``KubernetesError/unsupportedByProtocol(what:protocolName:)``; see ``canFinishInput``.
    public func finishInput() async throws {
        guard canFinishInput else {
            throw KubernetesError.unsupportedByProtocol(
                what: "ending the input of a command", protocolName: stream.protocolName)
        }
        try await stream.send(ByteBuffer(integer: Channel.stdin), on: Channel.close)
    }

    /// Tells the size of the terminal.
    public func resize(columns: Int, rows: Int) async throws {
        let size: JSONValue = ["Width": .integer(Int64(columns)), "Height": .integer(Int64(rows))]
        try await stream.send(ByteBuffer(bytes: size.encoded()), on: Channel.resize)
    }

    /// Waits for the command's end.
    ///
    /// - Returns: Its exit status; 128 and the signal's number where a shell or runtime says so.
    /// - Throws: ``KubernetesError/stream(what:message:)`` when it could not be run: there is no such program, say.
    public func exitStatus() async throws -> Int32 {
        try Self.exitStatus(of: try await stream.aside.cancellable(), what: what)
    }

    /// Gives the command up, and closes the connection at once.
    public func cancel() {
        stream.close()
    }

    static func rules(what: String, server: String) -> ChannelRules {
        ChannelRules(
            asideChannel: Channel.status,
            isComplete: { (try? JSONValue(json: $0.readableBytesView)) != nil },
            failure: { status, _ in
                status.readableBytes > 0
                    ? nil
                    : .connection(
                        ConnectionFailure(
                            request: what, server: server,
                            cause: .lost(reason: "before the command's exit status was known")))
            })
    }

    /// Reads the `Status` of the status channel.
    static func exitStatus(of bytes: ByteBuffer, what: String) throws -> Int32 {
        guard let status = try? JSONValue(json: bytes.readableBytesView) else {
            let text = String(decoding: bytes.readableBytesView.prefix(500), as: UTF8.self)
            throw KubernetesError.stream(what: what, message: text)
        }
        if status["status"].string == "Success" { return 0 }
        let codes = status["details"]["causes"].array.filter { $0["reason"].string == "ExitCode" }
        if status["reason"].string == "NonZeroExitCode", let text = codes.first?["message"].string,
            let code = Int32(text)
        {
            return code
        }
        throw KubernetesError.stream(
            what: what, message: status["message"].string ?? "the command failed without a reason")
    }
}

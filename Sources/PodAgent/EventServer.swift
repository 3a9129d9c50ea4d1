public import Console
public import ClusterSpec
internal import Glibc
public import Linux
internal import NIOCore
internal import NIOPosix
public import Values

/// Tells the events of a session to whoever connects to a socket of the Pod: `kinkajou inside events`, by exec, does.
/// So they are had before there is an API server, through any tunnel that carries an exec, and in a local Docker.
public struct EventServer: Sendable {
    /// Where it listens; for root alone.
    public static let socket = "/run/kinkajou/events.sock"
    /// How long such an event may be: the kubelet takes 4096 bytes.
    static let outcomeLimit = 4000

    private let channel: any Channel
    private let path: String
    private let log: EventLog

    /// Listens.
    ///
    /// - Throws: What `mkdir` or `bind` says.
    public static func start(at path: String = socket, log: EventLog) async throws -> EventServer {
        if let slash = path.lastIndex(of: "/") { try Files.makeDirectories(String(path[..<slash])) }
        try Files.remove(path)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EventHandler(log: log))
                }
            }
            .bind(unixDomainSocketPath: path).get()
        chmod(path, 0o600)
        return EventServer(channel: channel, path: path, log: log)
    }

    /// Ends every reader, and takes the socket away.
    public func stop() async {
        log.finish()
        try? await channel.close()
        try? Files.remove(path)
        // Other files may be there; then it stays.
        if let slash = path.lastIndex(of: "/") { try? Files.removeDirectory(String(path[..<slash])) }
    }

    /// Keeps the error that a session ended with.
    ///
    /// - Throws: `SystemError` where the file cannot be written.
    public static func keep(_ reported: KinkajouError, at path: String = Defaults.outcomeFile)
        throws(SystemError)
    {
        if let slash = path.lastIndex(of: "/") { try Files.makeDirectories(String(path[..<slash])) }
        do throws(SystemError) {
            try Files.replace(path, with: text(of: reported), mode: 0o600)
        } catch {
            // A file that a kubelet has mounted cannot be replaced; it is empty, and is written into.
            guard error.errorNumber == EBUSY else { throw error }
            try Files.write(text(of: reported), to: path)
        }
    }

    /// The event as it is kept: evidence is left out from its beginning until it is short enough.
    static func text(of error: KinkajouError) -> String {
        var error = error
        while true {
            let line = ProgressEvent(number: 0, time: 0, .ended(error: error)).line
            if line.utf8.count <= outcomeLimit { return line }
            if !error.evidence.isEmpty {
                error.evidence.removeFirst()
            } else {
                error.summary = String(error.summary.prefix(300))
                error.cure = String(error.cure.prefix(300))
                error.cause = nil
                return ProgressEvent(number: 0, time: 0, .ended(error: error)).line
            }
        }
    }
}

/// One reader.
private final class EventHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: EventLog
    private var work: Task<Void, Never>?

    init(log: EventLog) {
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        let (channel, events) = (context.channel, log.events())
        work = Task {
            for await event in events {
                // At the reader's pace.
                guard (try? await channel.writeAndFlush(ByteBuffer(string: event.line))) != nil else { break }
            }
            try? await channel.close()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        work?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

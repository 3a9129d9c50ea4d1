internal import NIOCore
internal import NIOPosix

internal import NIOHTTP1

/// The status endpoint, for probes that need no fixed delay. It tells no secrets, and takes no orders.
public struct StatusServer: Sendable {
    private let channel: any Channel

    /// Listens.
    ///
    /// - Throws: What `bind` says, such as that the port is taken.
    public static func start(host: String, port: Int, pages: any StatusPages) async throws -> StatusServer {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StatusHandler(pages: pages))
                }
            }
        return StatusServer(channel: try await bootstrap.bind(host: host, port: port).get())
    }

    /// Stops listening.
    public func stop() async {
        try? await channel.close()
    }
}

private final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: any StatusPages
    private var head: HTTPRequestHead?

    init(pages: any StatusPages) {
        self.pages = pages
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: return
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, channel: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ head: HTTPRequestHead, channel: any Channel) {
        let pages = pages
        let path = String(head.uri.prefix { $0 != "?" })
        let method = head.method
        Task {
            var status = HTTPResponseStatus.notFound
            var type = "text/plain; charset=utf-8"
            var text = "not found\n"
            if method != .GET && method != .HEAD {
                (status, text) = (.methodNotAllowed, "GET or HEAD\n")
            } else if let answer = await pages.answer(path) {
                (status, type, text) = (.init(statusCode: answer.status), answer.type, answer.text)
            }
            var headers = HTTPHeaders()
            headers.add(name: "Content-Type", value: type)
            headers.add(name: "Content-Length", value: "\(text.utf8.count)")
            headers.add(name: "Connection", value: "close")
            let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            channel.write(HTTPServerResponsePart.head(response), promise: nil)
            if method != .HEAD {
                channel.write(
                    HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
            }
            try? await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
            try? await channel.close()
        }
    }
}

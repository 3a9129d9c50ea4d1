internal import Glibc
internal import NIOCore

/// Has the kernel ask an idle peer whether it is still there: a watch, or a log that is followed, may be quiet for long.
enum KeepAlive {
    static func enable(on channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(ChannelOptions.Types.SocketOption, ChannelOptions.Types.SocketOption.Value)] = [
            (.init(level: .socket, name: .so_keepalive), 1),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 20),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 5),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 4),
        ]
        return EventLoopFuture.andAllComplete(
            options.map { channel.setOption($0.0, value: $0.1) }, on: channel.eventLoop)
    }
}

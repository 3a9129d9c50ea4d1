internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore

internal import NIOHTTP1

/// Translates what AsyncHTTPClient and NIO throw. Other errors, such as those of a caller's own stream, pass.
func transportError(_ error: any Error, what: String, socketPath: String) -> any Error {
    switch error {
    case let error as IOError:
        switch error.errnoCode {
        case ENOENT, ENOTDIR: return DockerEngineError.socketMissing(path: socketPath)
        case ECONNREFUSED: return DockerEngineError.connectionRefused(path: socketPath)
        case EACCES, EPERM: return DockerEngineError.permissionDenied(path: socketPath)
        case ECONNRESET, EPIPE, ENOTCONN:
            return DockerEngineError.connectionLost(what: what, reason: errorText(error.errnoCode))
        default:
            return DockerEngineError.connectionFailed(path: socketPath, reason: errorText(error.errnoCode))
        }
    case is SocketAddressError:
        return DockerEngineError.connectionFailed(
            path: socketPath, reason: "the path is longer than the 107 bytes that a socket's path may have")
    case let error as ChannelError:
        return DockerEngineError.connectionLost(what: what, reason: "\(error)")
    case let error as HTTPClientError:
        switch error {
        case .alreadyShutdown: return DockerEngineError.clientShutDown
        case .connectTimeout, .getConnectionFromPoolTimeout:
            return DockerEngineError.connectionFailed(path: socketPath, reason: "nobody accepted in time")
        case .remoteConnectionClosed, .cancelled, .uncleanShutdown, .requestStreamCancelled:
            return DockerEngineError.connectionLost(what: what, reason: error.shortDescription)
        default:
            return DockerEngineError.connectionFailed(path: socketPath, reason: error.shortDescription)
        }
    case HTTPParserError.invalidEOFState:
        return DockerEngineError.connectionLost(what: what, reason: "the answer broke off")
    default:
        // NIO's HTTP parser reports what is no HTTP with errors of its own type.
        return String(reflecting: type(of: error)).hasPrefix("NIOHTTP1.")
            ? DockerEngineError.invalidResponse(what: what, reason: "it is not HTTP: \(error)") : error
    }
}

/// The system's text for an error number. `strerror` keeps it in one buffer for all threads.
func errorText(_ number: CInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import NIOSOCKS
internal import NIOSSL
internal import NIOWebSocket

internal import NIOHTTP1

/// Translates what AsyncHTTPClient and NIO throw. Errors that are ours already pass, as does cancellation.
func transportError(_ error: any Error, request: String, server: String) -> any Error {
    func failure(_ cause: ConnectionFailure.Cause) -> KubernetesError {
        .connection(ConnectionFailure(request: request, server: server, cause: cause))
    }
    switch error {
    case is KubernetesError, is CredentialError, is CancellationError: return error
    case let error as NIOConnectionError: return failure(cause(of: error))
    case let error as IOError: return failure(cause(ofError: error.errnoCode))
    case is SocketAddressError.FailedToParseIPByteBuffer, is SocketAddressError: return failure(.unknownHost)
    case let error as ChannelError:
        if case .connectTimeout = error { return failure(.unreachable(reason: "nobody answered in time")) }
        return failure(.lost(reason: "\(error)"))
    case NIOSSLError.handshakeFailed(let error): return failure(.tls(reason: tlsReason(error)))
    case let error as NIOSSLExtraError:
        return failure(
            error == .failedToValidateHostname
                ? .nameMismatch(expected: "this address", names: []) : .tls(reason: "\(error)"))
    case is PeerAddress.Mismatch: return failure(.nameMismatch(expected: "this address", names: []))
    case NIOSSLError.uncleanShutdown: return failure(.lost(reason: "without a word"))
    case let error as NIOSSLError: return failure(.tls(reason: "\(error)"))
    case let error as BoringSSLError: return failure(.tls(reason: tlsReason(error)))
    case let error as NIOHTTP1ProxyConnectHandler.Error: return failure(.proxy(reason: "\(error)"))
    case let error as SOCKSError.ConnectionFailed: return failure(.proxy(reason: "\(error)"))
    case let error as HTTPClientError:
        switch error {
        case .alreadyShutdown: return KubernetesError.clientShutDown
        case .connectTimeout, .getConnectionFromPoolTimeout:
            return failure(.unreachable(reason: "nobody answered in time"))
        case .tlsHandshakeTimeout: return failure(.tls(reason: "the server did not answer in time"))
        case .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
            return failure(.proxy(reason: "it did not answer in time"))
        case .proxyAuthenticationRequired: return failure(.proxy(reason: "it wants a user and a password"))
        case .invalidProxyResponse: return failure(.proxy(reason: "its answer is no success"))
        case .remoteConnectionClosed, .cancelled, .uncleanShutdown, .requestStreamCancelled:
            return failure(.lost(reason: error.shortDescription))
        default: return failure(.lost(reason: error.shortDescription))
        }
    case HTTPParserError.invalidEOFState: return failure(.lost(reason: "the answer broke off"))
    default:
        let type = String(reflecting: Swift.type(of: error))
        // NIO's parsers report what is no HTTP or no WebSocket with errors of their own types.
        if type.hasPrefix("NIOHTTP1.") || type.hasPrefix("NIOWebSocket.") {
            return KubernetesError.invalidResponse(what: request, reason: "\(error)")
        }
        if type.hasPrefix("NIOSOCKS.") || type.hasPrefix("NIOExtras.") {
            return failure(.proxy(reason: "\(error)"))
        }
        return error
    }
}

private func cause(of error: NIOConnectionError) -> ConnectionFailure.Cause {
    let attempts = error.connectionErrors.map(\.error)
    if attempts.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil { return .unknownHost }
    let numbers = attempts.compactMap { ($0 as? IOError)?.errnoCode }
    if numbers.contains(ECONNREFUSED) { return .refused }
    if let number = numbers.first { return cause(ofError: number) }
    return .unreachable(reason: "nobody answered in time")
}

private func cause(ofError number: CInt) -> ConnectionFailure.Cause {
    switch number {
    case ECONNREFUSED: .refused
    case ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, EACCES, EPERM, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL:
        .unreachable(reason: errorText(number))
    default: .lost(reason: errorText(number))
    }
}

/// The words of BoringSSL, without its numbers and source files.
private func tlsReason(_ error: BoringSSLError) -> String {
    guard case .sslError(let stack) = error else { return "\(error)" }
    // error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /somewhere/handshake.cc:298
    let reasons = stack.map { entry -> String in
        let words = "\(entry)".split { $0 == ":" || $0 == " " }
        let reason = words.last { word in
            word.contains("_")
                && word.utf8.allSatisfy {
                    $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                }
        }
        return reason.map(String.init) ?? "\(entry)"
    }
    return reasons.isEmpty ? "no reason was given" : reasons.joined(separator: ", ")
}

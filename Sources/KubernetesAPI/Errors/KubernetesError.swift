/// Why a request to the API server failed. No secret is ever in it.
public enum KubernetesError: Error, Sendable, Equatable {
    /// The server answered that it will not or cannot do it.
    case status(APIStatus)
    /// The server was not reached, or the connection to it failed.
    case connection(ConnectionFailure)
    /// The deadline passed.
    case timeout(what: String, after: Duration)
    /// The answer cannot be understood.
    case invalidResponse(what: String, reason: String)
    /// The name of an object that cannot be put into a request.
    case invalidName(String)
    /// The server, or a proxy before it, does not carry streams over WebSocket.
    case webSocketRefused(what: String, reason: String)
    /// A stream to a Pod ended with the server's own error.
    case stream(what: String, message: String)
    /// The stream's protocol has no means for it.
    case unsupportedByProtocol(what: String, protocolName: String)
    /// The client was shut down.
    case clientShutDown
}

/// A connection that was not made, or broke.
public struct ConnectionFailure: Error, Sendable, Equatable {
    /// What is wrong with a connection.
    public enum Cause: Sendable, Equatable {
        /// Nobody listens there.
        case refused
        /// There is no way to the address, or the attempt took too long.
        case unreachable(reason: String)
        /// The host's name is not known.
        case unknownHost
        /// The server's certificate comes from an authority that is not trusted.
        case unknownAuthority(issuer: String)
        /// The server's certificate is for other names.
        case nameMismatch(expected: String, names: [String])
        /// The server's certificate is no longer valid.
        case certificateExpired(since: String)
        /// The server's certificate is not valid yet.
        case certificateNotYetValid(until: String)
        /// TLS failed in another way.
        case tls(reason: String)
        /// The server does not speak TLS.
        case notTLS
        /// The proxy did not let it through.
        case proxy(reason: String)
        /// The connection broke off.
        case lost(reason: String)
        /// The server did not answer a ping in time.
        case silent(Duration)
    }

    /// The request, such as `GET /version`.
    public var request: String
    /// The server's URL, without anything secret.
    public var server: String
    /// What is wrong.
    public var cause: Cause

    /// Whether the request has certainly not reached the server.
    var isBeforeRequest: Bool {
        switch cause {
        case .refused, .unreachable, .unknownHost: true
        default: false
        }
    }

    /// Whether trying again can help.
    var isTransient: Bool {
        switch cause {
        case .refused, .unreachable, .lost, .silent: true
        default: false
        }
    }
}

extension KubernetesError {
    /// What the API server said; nil when it was not reached.
    public var status: APIStatus? {
        if case .status(let status) = self { status } else { nil }
    }

    /// There is no such object, or no such kind of objects.
    public var isNotFound: Bool { status?.code == 404 }

    /// The object is there already.
    public var isAlreadyExists: Bool { status?.reason == "AlreadyExists" }

    /// The object was changed since it was read, or a precondition does not hold.
    public var isConflict: Bool { status.map { $0.code == 409 && $0.reason != "AlreadyExists" } ?? false }

    /// The server does not know who asks.
    public var isUnauthorized: Bool { status?.code == 401 }

    /// The server knows who asks, and refuses: no permission, no quota left, or a rule of admission.
    public var isForbidden: Bool { status?.code == 403 }

    /// What the user lacks the permission for; nil when it is not about permissions.
    public var forbiddenAction: ForbiddenAction? {
        isForbidden ? ForbiddenAction(message: status?.message ?? "") : nil
    }

    /// The version that was asked for is too old: `resourceVersion` or `continue`.
    public var isGone: Bool { status.map { $0.code == 410 || $0.reason == "Expired" } ?? false }

    /// A ResourceQuota has no room for it.
    public var isQuotaExceeded: Bool { isForbidden && status?.message.contains("exceeded quota:") == true }

    /// A rule of admission refuses the object: a webhook, a policy, Pod Security, a LimitRange.
    public var isAdmissionRefusal: Bool {
        guard let status else { return false }
        let message = status.message
        if message.hasPrefix("admission webhook \"") || message.contains("ValidatingAdmissionPolicy '") {
            return true
        }
        return isForbidden && !isQuotaExceeded && forbiddenAction == nil && message.contains("is forbidden: ")
            && !message.contains("User \"")
    }

    /// The object is not valid; ``APIStatus/causes`` name the fields.
    public var isInvalid: Bool { status?.code == 422 }

    /// The server has too much to do.
    public var isTooManyRequests: Bool { status?.code == 429 }
}

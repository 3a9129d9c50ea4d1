internal import Values

extension KubernetesError: CustomStringConvertible {
    /// What failed, why, and what to do about it.
    public var description: String {
        let cure = cure
        return cure.isEmpty ? summary : "\(summary). \(cure)"
    }

    /// What failed, and why.
    public var summary: String {
        switch self {
        case .status(let status):
            let message =
                status.message.isEmpty
                ? (status.reason.isEmpty ? "(no message)" : status.reason) : status.message.withoutFullStop
            return "\(status.request): the API server answers with status \(status.code): \(message)"
        case .connection(let failure): return failure.summary
        case .timeout(let what, let after): return "\(what): no answer within \(after.inSeconds)"
        case .invalidResponse(let what, let reason):
            return "\(what): the answer cannot be understood: \(reason)"
        case .invalidName(let name): return "\"\(name)\" cannot be the name of an object"
        case .webSocketRefused(let what, let reason):
            return "\(what): no stream over WebSocket was opened: \(reason)"
        case .stream(let what, let message): return "\(what): \(message.withoutFullStop)"
        case .unsupportedByProtocol(let what, let name): return "\(what) is not possible with \(name)"
        case .clientShutDown:
            return "the client of the API server was shut down before the request was complete"
        }
    }

    /// What to do about it; empty when there is nothing to say.
    public var cure: String {
        switch self {
        case .status(let status): return cure(of: status)
        case .connection(let failure): return failure.cure
        case .timeout:
            return
                "The API server is overloaded or hangs, or the network loses packets: try `kubectl version`, "
                + "or allow more time."
        case .invalidResponse:
            return "Check that the server's address is that of a Kubernetes API server."
        case .invalidName: return "Give a valid one."
        case .webSocketRefused:
            return
                "A proxy before the API server may not let WebSocket through: use the server's own address."
        case .stream: return ""
        case .unsupportedByProtocol: return "It needs a newer API server."
        case .clientShutDown: return ""
        }
    }

    private func cure(of status: APIStatus) -> String {
        if let action = forbiddenAction {
            let place = action.namespace.map { " in the namespace \($0)" } ?? " in the whole cluster"
            return "Have someone bind a role to \(action.user) that allows \"\(action.verb)\" on "
                + "\"\(action.resource)\"\(action.group.isEmpty ? "" : " of \(action.group)")\(place)."
        }
        if isQuotaExceeded {
            return "Free what is no longer needed in the namespace, or have its quota raised "
                + "(`kubectl describe resourcequota`)."
        }
        if isAdmissionRefusal { return "Change the object so that the cluster's rules allow it." }
        switch status.code {
        case 401:
            return
                "The token or certificate is missing, wrong or expired: log in again, or check the user in "
                + "the kubeconfig file."
        case 404: return "Check the name and the namespace."
        case 409 where status.reason == "AlreadyExists":
            return "Choose another name, or delete what is there."
        case 409: return "Read the object again and repeat the change."
        case 410: return "Start again from a new list."
        case 429: return "Try again later, with fewer requests."
        case 500...599: return "Look at the log of the API server, or try again."
        default: return ""
        }
    }
}

extension ConnectionFailure: CustomStringConvertible {
    /// What failed, why, and what to do about it.
    public var description: String { "\(summary). \(cure)" }

    /// What failed, and why.
    public var summary: String {
        let reason =
            switch cause {
            case .refused: "nobody listens there (connection refused)"
            case .unreachable(let reason): "it is not reached: \(reason)"
            case .unknownHost: "there is no host of that name"
            case .unknownAuthority(let issuer):
                "its certificate is not signed by an authority that is trusted here (issuer: \(issuer))"
            case .nameMismatch(let expected, let names):
                "its certificate is not valid for \(expected)"
                    + (names.isEmpty ? "" : ", but for \(names.joined(separator: ", "))")
            case .certificateExpired(let since): "its certificate has expired (\(since))"
            case .certificateNotYetValid(let until): "its certificate is not valid before \(until)"
            case .tls(let reason): "TLS failed: \(reason)"
            case .notTLS: "it does not speak TLS"
            case .proxy(let reason): "the proxy did not let it through: \(reason)"
            case .lost(let reason): "the connection broke off (\(reason))"
            case .silent(let duration): "it has not answered for \(duration.inSeconds)"
            }
        return "\(request): cannot talk to the API server at \(server): \(reason)"
    }

    /// What to do about it.
    public var cure: String {
        switch cause {
        case .refused: "Check that the cluster runs, and that the kubeconfig file has its address and port."
        case .unreachable: "Check the network, the address, and whether a proxy or VPN is needed."
        case .unknownHost: "Check the server's name in the kubeconfig file, and the DNS."
        case .unknownAuthority:
            "Give the cluster's CA as certificate-authority-data in the kubeconfig file. If the cluster was made "
                + "anew, fetch its kubeconfig file again."
        case .nameMismatch:
            "Use one of these names as the server's address, or set tls-server-name in the kubeconfig file."
        case .certificateExpired: "Renew the API server's certificates (`kubeadm certs renew all`)."
        case .certificateNotYetValid: "Check the clocks of this machine and of the server."
        case .tls: "Check the address, and the client certificate in the kubeconfig file."
        case .notTLS: "Check the port, or write http:// in the kubeconfig file."
        case .proxy: "Check proxy-url in the kubeconfig file, HTTPS_PROXY and NO_PROXY."
        case .lost: "The API server, or something on the way, has ended or restarted: try again."
        case .silent: "The API server's machine or the network is gone: try again."
        }
    }
}

extension String {
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}

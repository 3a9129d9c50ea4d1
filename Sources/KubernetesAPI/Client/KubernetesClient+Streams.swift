internal import Values

extension KubernetesClient {
    /// Runs a command in a container, over WebSocket.
    ///
    /// - Parameters:
    ///   - pod: The Pod's name.
    ///   - namespace: Nil: that of the configuration.
    ///   - container: Nil: the only one, or the Pod's default.
    ///   - command: The program and its arguments; no shell is involved.
    ///   - stdin: Whether the command gets input; without, it has none at all.
    ///   - tty: Whether it gets a terminal; stdout and stderr are then one.
    /// - Throws: ``KubernetesError``. That the program is not there is reported by ``ExecSession/exitStatus()``.
    public func exec(
        pod: String, namespace: String? = nil, container: String? = nil, command: [String],
        stdin: Bool = false,
        tty: Bool = false
    ) async throws -> ExecSession {
        var query = command.map { (name: "command", value: $0) }
        if let container { query.append(("container", container)) }
        query += [
            ("stdin", String(stdin)), ("stdout", "true"), ("stderr", String(!tty)), ("tty", String(tty)),
        ]
        let request = APIRequest(
            .get,
            try APIResource.pods.path(
                namespace: namespace ?? configuration.namespace, name: pod, subresource: "exec"),
            query: query, accept: "*/*")
        let stream = try await WebSocketConnector(client: self).open(
            request, protocols: ["v5.channel.k8s.io", "v4.channel.k8s.io"],
            rules: ExecSession.rules(what: request.summary, server: address.url))
        return ExecSession(stream: stream, what: request.summary)
    }

    /// Opens a connection to a port in a Pod, over WebSocket.
    ///
    /// - Parameters:
    ///   - pod: The Pod's name.
    ///   - namespace: Nil: that of the configuration.
    ///   - port: From 1 to 65535. That nobody listens there is reported by the stream.
    public func portForward(pod: String, namespace: String? = nil, port: Int) async throws
        -> PortForwardStream
    {
        let request = APIRequest(
            .get,
            try APIResource.pods.path(
                namespace: namespace ?? configuration.namespace, name: pod, subresource: "portforward"),
            query: [("ports", String(port))], accept: "*/*")
        let stream = try await WebSocketConnector(client: self).open(
            request, protocols: ["v4.channel.k8s.io"],
            rules: PortForwardStream.rules(what: request.summary, server: address.url))
        return PortForwardStream(stream: stream)
    }
}

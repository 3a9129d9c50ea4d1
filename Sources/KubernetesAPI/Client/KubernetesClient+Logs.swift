public import NIOCore

extension KubernetesClient {
    /// Reads what a container has written to its stdout and stderr, in pieces of any size. Nothing is read ahead of
    /// the consumer. Ending the iteration, or cancelling its task, ends the request.
    ///
    /// - Parameters:
    ///   - pod: The Pod's name.
    ///   - namespace: Nil: that of the configuration.
    ///   - container: Nil: the only one.
    ///   - follow: Go on until the container ends.
    ///   - tailLines: How many of the last lines; nil: all.
    ///   - previous: Of the container that was there before its last restart.
    ///   - sinceSeconds: Only what is not older.
    ///   - timestamps: Each line begins with its time.
    public func logs(
        pod: String, namespace: String? = nil, container: String? = nil, follow: Bool = false,
        tailLines: Int? = nil, previous: Bool = false, sinceSeconds: Int? = nil, timestamps: Bool = false
    ) -> AsyncThrowingStream<ByteBuffer, any Error> {
        var query: [(name: String, value: String)] = []
        if let container { query.append(("container", container)) }
        if follow { query.append(("follow", "true")) }
        if let tailLines { query.append(("tailLines", String(max(0, tailLines)))) }
        if previous { query.append(("previous", "true")) }
        if let sinceSeconds { query.append(("sinceSeconds", String(max(1, sinceSeconds)))) }
        if timestamps { query.append(("timestamps", "true")) }
        let stream = LogStream(client: self, query: query, pod: pod, namespace: namespace, follow: follow)
        return AsyncThrowingStream { try await stream.next() }
    }
}

/// Pulls a log, chunk by chunk.
private actor LogStream {
    private let client: KubernetesClient
    private let query: [(name: String, value: String)]
    private let pod: String
    private let namespace: String?
    private let follow: Bool
    private var chunks: ChunkPuller?

    init(
        client: KubernetesClient, query: [(name: String, value: String)], pod: String, namespace: String?,
        follow: Bool
    ) {
        self.client = client
        self.query = query
        self.pod = pod
        self.namespace = namespace
        self.follow = follow
    }

    func next() async throws -> ByteBuffer? {
        if let chunks { return try await chunks.next() }
        let request = APIRequest(
            .get,
            try APIResource.pods.path(
                namespace: namespace ?? client.configuration.namespace, name: pod, subresource: "log"),
            query: query, accept: "*/*")
        // A kubelet sends the head with the first line, which may be hours away.
        let answer = try await client.send(
            request, timeout: follow ? .seconds(7 * 24 * 3600) : KubernetesClient.defaultTimeout
        ) { $0 }
        let chunks = ChunkPuller(answer)
        self.chunks = chunks
        return try await chunks.next()
    }
}

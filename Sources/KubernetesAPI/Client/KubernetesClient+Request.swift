internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import Values

internal import NIOHTTP1

extension KubernetesClient {
    /// The deadline of requests that a healthy server answers at once.
    public static let defaultTimeout = Duration.seconds(30)

    /// The largest answer that is held in memory as a whole.
    static let largestAnswer = 256 << 20

    /// Sends a request and reads the answer to its end. All other requests go through this.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - timeout: The deadline of the whole, with all its repetitions, but not of a credential plugin's run.
    /// - Throws: ``KubernetesError`` or ``CredentialError``.
    public func request(
        _ request: APIRequest, timeout: Duration = KubernetesClient.defaultTimeout
    ) async throws -> APIResponse {
        try await send(request, timeout: timeout) { answer in
            let body = try await answer.collected(upTo: Self.largestAnswer)
            return APIResponse(
                code: answer.status, headers: answer.headers, body: body, request: request.summary)
        }
    }

    /// Sends a request and hands its answer to `consume`, again and again where that may help.
    func send<Result: Sendable>(
        _ request: APIRequest, timeout: Duration,
        consume: @escaping @Sendable (StreamedAnswer) async throws -> Result
    ) async throws -> Result {
        let clock = ContinuousClock()
        var remaining = timeout
        var attempt = 1
        var wasRefused = false
        while true {
            let credential = try await credentials.current()
            let start = clock.now
            do {
                let result = try await withDeadline(
                    remaining, failure: KubernetesError.timeout(what: request.summary, after: timeout)
                ) {
                    try await consume(try await self.open(request, credential: credential))
                }
                log.debug("\(request.summary)", metadata: ["after": "\(start.duration(to: clock.now))"])
                return result
            } catch let error as KubernetesError {
                log.debug(
                    "\(request.summary): \(error)",
                    metadata: ["after": "\(start.duration(to: clock.now))", "attempt": "\(attempt)"])
                remaining -= start.duration(to: clock.now)
                if error.isUnauthorized, !wasRefused, await credentials.refuse(credential) {
                    wasRefused = true
                    continue
                }
                let pause = retries.pause(
                    after: error, attempt: attempt, isRepeatable: request.isRepeatable)
                guard let pause, pause < remaining else { throw error }
                log.debug("\(request.summary): trying again", metadata: ["pause": "\(pause)"])
                attempt += 1
                remaining -= pause
                try await Task.sleep(for: pause, clock: .continuous)
            }
        }
    }

    /// One exchange, up to the answer's head. It has no deadline itself.
    ///
    /// - Throws: ``KubernetesError/status(_:)`` for an answer that is no success.
    func open(_ request: APIRequest, credential: ActiveCredential) async throws -> StreamedAnswer {
        let scheme = address.isTLS ? "https" : "http"
        // The name that the certificate has to have takes the host's place; the connection goes to the host.
        let host = configuration.tlsServerName ?? address.host
        let bracketed = host.contains(":") ? "[\(host)]" : host
        var outgoing = HTTPClientRequest(
            url: "\(scheme)://\(bracketed):\(address.port)\(address.prefix)\(request.target)")
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers = headers(for: request, credential: credential)
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
        if address.isTLS { outgoing.tlsConfiguration = tls.configuration(with: credential.identity) }
        let answer: HTTPClientResponse
        do {
            answer = try await http.execute(outgoing, deadline: .distantFuture)
        } catch {
            throw await explained(error, request: request.summary)
        }
        let streamed = StreamedAnswer(
            request: request.summary, server: address.url, status: Int(answer.status.code),
            headers: answer.headers, body: answer.body)
        guard !(200..<300).contains(streamed.status) else { return streamed }
        let body = try await streamed.collected(upTo: 1 << 20)
        throw KubernetesError.status(
            APIStatus(
                request: request.summary, code: streamed.status, body: body.readableBytesView,
                retryAfter: answer.headers.first(name: "Retry-After")))
    }

    /// The headers of a request, with its credential.
    func headers(for request: APIRequest, credential: ActiveCredential) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: address.authority)
        headers.add(name: "User-Agent", value: userAgent)
        headers.add(name: "Accept", value: request.accept)
        if request.body != nil { headers.add(name: "Content-Type", value: request.contentType) }
        if let authorization = credential.authorization {
            headers.add(name: "Authorization", value: authorization.value)
        }
        for (name, value) in configuration.impersonation?.headers ?? [] {
            headers.add(name: name, value: value)
        }
        return headers
    }

    /// A failed connection's error with its cause, which for TLS has to be found out.
    func explained(_ error: any Error, request: String) async -> any Error {
        let translated = transportError(error, request: request, server: address.url)
        guard case .connection(var failure) = translated as? KubernetesError else { return translated }
        guard let cause = await TLSDiagnosis(client: self).cause(for: failure.cause) else {
            return translated
        }
        failure.cause = cause
        return KubernetesError.connection(failure)
    }
}

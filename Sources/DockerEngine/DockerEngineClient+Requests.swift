internal import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import Synchronization
internal import Values

internal import NIOHTTP1

extension DockerEngineClient {
    /// The default deadline of requests that a healthy daemon answers at once.
    public static let defaultTimeout = Duration.seconds(30)

    /// Sends a request with a version in its path and hands the answer to `consume`, all within `timeout`.
    ///
    /// - Parameters:
    ///   - accepted: Statuses besides 2xx that are no failure.
    ///   - body: What to send.
    func send<Result: Sendable>(
        _ request: EngineRequest,
        timeout: Duration,
        accepted: Set<Int> = [],
        body: HTTPClientRequest.Body? = nil,
        consume: @escaping @Sendable (EngineResponse) async throws -> Result
    ) async throws -> Result {
        try await withDeadline(
            timeout, failure: DockerEngineError.timeout(what: request.summary, after: timeout)
        ) {
            let version = try await self.version()
            return try await self.exchange(
                request, prefix: "/v\(version)", accepted: accepted, body: body, consume: consume)
        }
    }

    /// Sends a request whose answer is a JSON document.
    func document<Value: Decodable & Sendable>(
        _ request: EngineRequest, as type: Value.Type, timeout: Duration
    ) async throws -> Value {
        try await send(request, timeout: timeout) { try await $0.decoded(as: type) }
    }

    /// Sends a request whose answer says no more than its status, which is returned.
    @discardableResult
    func command(
        _ request: EngineRequest, timeout: Duration, accepted: Set<Int> = []
    ) async throws -> Int {
        try await send(request, timeout: timeout, accepted: accepted) { response in
            _ = try await response.collected()
            return response.status
        }
    }

    /// One exchange on a connection of its own; it has no deadline itself.
    func exchange<Result: Sendable>(
        _ request: EngineRequest,
        prefix: String,
        accepted: Set<Int> = [],
        body: HTTPClientRequest.Body? = nil,
        consume: @Sendable (EngineResponse) async throws -> Result
    ) async throws -> Result {
        // The socket's path is the host part of such a URL.
        var outgoing = HTTPClientRequest(
            url: "http+unix://\(EngineRequest.encoded(socketPath))\(prefix)\(request.target)")
        outgoing.method = request.method
        // AsyncHTTPClient sends none on unix sockets, and Go's server answers 400 without.
        outgoing.headers.add(name: "Host", value: "docker")
        outgoing.headers.add(name: "User-Agent", value: "kinkajou")
        if let body {
            outgoing.headers.add(name: "Content-Type", value: "application/x-tar")
            outgoing.body = body
        }
        let answer: HTTPClientResponse
        do {
            answer = try await http.execute(outgoing, deadline: .distantFuture)
        } catch {
            log.debug("\(request.summary): \(error)")
            throw transportError(error, what: request.summary, socketPath: socketPath)
        }
        log.debug("\(request.summary)", metadata: ["status": "\(answer.status.code)"])
        let response = EngineResponse(
            request: request, socketPath: socketPath, status: Int(answer.status.code),
            headers: answer.headers, body: answer.body)
        guard (200..<300).contains(response.status) || accepted.contains(response.status) else {
            let message = EngineFailure.message(in: try await response.collected(upTo: 1 << 20))
            switch response.status {
            case 404: throw DockerEngineError.notFound(message: message)
            case 409: throw DockerEngineError.conflict(message: message)
            default: throw DockerEngineError.server(status: response.status, message: message)
            }
        }
        return try await consume(response)
    }

    /// The version to speak: the daemon's newest, but none newer than this client knows.
    private func version() async throws -> APIVersion {
        if let known = negotiatedVersion.withLock({ $0 }) { return known }
        return try await pingOnce().negotiated
    }

    /// Asks for `/_ping` without deadline, and remembers the version.
    func pingOnce() async throws -> (daemon: APIVersion, negotiated: APIVersion) {
        let request = EngineRequest(.GET, "/_ping")
        let daemon = try await exchange(request, prefix: "") { response in
            _ = try await response.collected(upTo: 1 << 20)
            guard let text = response.headers.first(name: "Api-Version"), let version = APIVersion(text)
            else {
                throw DockerEngineError.invalidResponse(
                    what: request.summary, reason: "it names no version of the Engine API")
            }
            return version
        }
        guard daemon >= .oldestSupported else { throw DockerEngineError.unsupportedVersion(daemon: daemon) }
        let negotiated = min(daemon, .newestRequested)
        negotiatedVersion.withLock { $0 = negotiated }
        return (daemon, negotiated)
    }
}

public import AsyncHTTPClient
internal import NIOCore
internal import Synchronization

/// A client of the Docker Engine API on a unix socket.
///
/// It works with Docker 20.10 (API 1.41) and newer. The API version is negotiated once, at the first request,
/// as the docker CLI does it: <https://docs.docker.com/reference/api/engine/#versioned-api-and-sdk>.
///
/// Every request has a deadline and ends when its task is cancelled. Requests share nothing: each has a
/// connection of its own, so that none fails because the daemon was started anew since the last one.
public final class DockerEngineClient: Sendable {
    /// Where the daemon's socket is unless told otherwise.
    public static let defaultSocketPath = "/var/run/docker.sock"

    /// The socket that this client speaks to.
    public let socketPath: String

    let http: HTTPClient
    private let ownsHTTPClient: Bool
    let negotiatedVersion = Mutex<APIVersion?>(nil)

    /// Makes a client with an HTTP client of its own. Nothing is connected yet.
    ///
    /// - Parameter socketPath: The daemon's unix socket.
    public init(socketPath: String = DockerEngineClient.defaultSocketPath) {
        self.socketPath = socketPath
        self.http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: DockerEngineClient.httpConfiguration)
        self.ownsHTTPClient = true
    }

    /// Makes a client that borrows an HTTP client, which stays the caller's to shut down.
    ///
    /// - Parameters:
    ///   - socketPath: The daemon's unix socket.
    ///   - http: Best made with ``httpConfiguration``: with AsyncHTTPClient's default one, a socket where
    ///     nobody listens is reported only when its connection timeout has passed.
    public init(socketPath: String, borrowing http: HTTPClient) {
        self.socketPath = socketPath
        self.http = http
        self.ownsHTTPClient = false
    }

    deinit {
        // AsyncHTTPClient traps in debug builds when it is dropped while running. Forgetting `shutdown()`
        // must not bring the process down; when it was not forgotten, this fails without effect.
        if ownsHTTPClient {
            let _: EventLoopFuture<Void> = http.shutdown()
        }
    }

    /// Runs `operation` with a client, which is shut down afterwards, whatever happens.
    ///
    /// - Parameters:
    ///   - socketPath: The daemon's unix socket.
    ///   - operation: Uses the client, which must not outlive it.
    @discardableResult
    public static func withClient<Result: Sendable>(
        socketPath: String = DockerEngineClient.defaultSocketPath,
        _ operation: (DockerEngineClient) async throws -> Result
    ) async throws -> Result {
        let client = DockerEngineClient(socketPath: socketPath)
        do {
            let result = try await operation(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Closes all connections; requests that are under way fail. Does nothing when done before, or when the
    /// HTTP client is borrowed.
    public func shutdown() async {
        guard ownsHTTPClient else { return }
        // The only failure is "already shut down".
        try? await http.shutdown()
    }

    /// The HTTP client's settings that suit a daemon on the same machine.
    public static var httpConfiguration: HTTPClient.Configuration {
        // "No such file" and "connection refused" are answers here, not glitches to try again: whoever wants
        // to wait uses `EngineReadiness`, which notices when the daemon has died.
        var pool = HTTPClient.Configuration.ConnectionPool()
        pool.retryConnectionEstablishment = false
        // Streams (events, logs) hold a connection each and must not keep others waiting.
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            connectionPool: pool)
        configuration.httpVersion = .http1Only
        configuration.maximumUsesPerConnection = 1
        return configuration
    }
}

internal import NIOHTTP1
internal import Values

extension DockerEngineClient {
    /// `GET /_ping`: whether the daemon answers at all.
    ///
    /// - Returns: The newest API version that the daemon speaks.
    @discardableResult
    public func ping(timeout: Duration = .seconds(5)) async throws -> APIVersion {
        try await withDeadline(
            timeout, failure: DockerEngineError.timeout(what: "GET /_ping", after: timeout)
        ) { try await self.pingOnce().daemon }
    }

    /// `GET /version`: the daemon's version and that of its parts.
    public func engineVersion(
        timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> EngineVersion {
        try await document(EngineRequest(.GET, "/version"), as: EngineVersion.self, timeout: timeout)
    }

    /// `GET /info`: how the daemon is set up, as `docker info` shows it.
    public func info(timeout: Duration = DockerEngineClient.defaultTimeout) async throws -> SystemInfo {
        try await document(EngineRequest(.GET, "/info"), as: SystemInfo.self, timeout: timeout)
    }

    /// `GET /events`: hands each event to `consume` until `timeout` has passed, which ends the call without
    /// an error, or until `consume` or the daemon ends it.
    ///
    /// - Parameters:
    ///   - filters: Such as `["type": ["container"], "label": ["a=b"]]`.
    ///   - timeout: How long to listen.
    ///   - consume: Returns false to stop.
    public func events(
        filters: EngineFilters = EngineFilters(),
        timeout: Duration,
        consume: @escaping @Sendable (EngineEvent) async throws -> Bool
    ) async throws {
        let request = EngineRequest(.GET, "/events", query: try filters.query)
        do {
            try await send(request, timeout: timeout) { response in
                var lines = JSONLines(what: request.summary)
                for try await chunk in response {
                    for line in try lines.append(chunk) {
                        let event = try lines.decode(EngineEvent.self, from: line)
                        guard try await consume(event) else { return }
                    }
                }
            }
        } catch DockerEngineError.timeout(what: request.summary, after: timeout) {
            return
        }
    }
}

/// The answer to `GET /version`.
public struct EngineVersion: Sendable, Equatable, Decodable {
    /// The daemon's own version, such as `20.10.24+dfsg1`.
    public let version: String
    /// The newest API version that it speaks.
    public let apiVersion: String
    /// The oldest API version that it speaks.
    public let oldestAPIVersion: String
    /// The kernel that it runs on.
    public let kernelVersion: String
    /// Go's name of the processor architecture, such as `amd64`.
    public let architecture: String
    /// The daemon's parts: Engine, containerd, runc, docker-init.
    public let components: [Component]

    /// A part of the daemon.
    public struct Component: Sendable, Equatable, Decodable {
        /// The part's name.
        public let name: String
        /// The part's version.
        public let version: String

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "Version"
        }
    }

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case oldestAPIVersion = "MinAPIVersion"
        case kernelVersion = "KernelVersion"
        case architecture = "Arch"
        case components = "Components"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        version = try values.decode(String.self, forKey: .version)
        apiVersion = try values.text(.apiVersion)
        oldestAPIVersion = try values.text(.oldestAPIVersion)
        kernelVersion = try values.text(.kernelVersion)
        architecture = try values.text(.architecture)
        components = try values.list(.components)
    }
}

/// Something that happened in the daemon.
public struct EngineEvent: Sendable, Equatable, Decodable {
    /// What it happened to: `container`, `image`, `network`, `volume`, `daemon`, ...
    public let type: String
    /// What happened: `start`, `die`, `oom`, `pull`, ...
    public let action: String
    /// The identifier of what it happened to.
    public let actorID: String
    /// Labels and particulars, such as `name` and `exitCode`.
    public let attributes: [String: String]
    /// When, in nanoseconds since 1970.
    public let nanoseconds: Int64

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case action = "Action"
        case actor = "Actor"
        case nanoseconds = "timeNano"
    }

    enum ActorKeys: String, CodingKey {
        case id = "ID"
        case attributes = "Attributes"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        type = try values.text(.type)
        action = try values.text(.action)
        nanoseconds = try values.number(.nanoseconds)
        let actor = try values.nestedContainer(keyedBy: ActorKeys.self, forKey: .actor)
        actorID = try actor.text(.id)
        attributes = try actor.map(.attributes)
    }
}

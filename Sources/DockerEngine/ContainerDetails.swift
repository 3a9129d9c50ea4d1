/// One container, as `docker inspect` shows it.
public struct ContainerDetails: Sendable, Equatable, Decodable {
    /// The full identifier.
    public let id: String
    /// The name, without the leading slash that the API writes.
    public let name: String
    /// When it was made (RFC 3339).
    public let created: String
    /// Whether it runs, and how it ended.
    public let state: State
    /// The image's identifier.
    public let imageID: String
    /// The image as it was named when the container was made.
    public let image: String
    /// The labels.
    public let labels: [String: String]
    /// Whether it has a terminal, which decides the form of its log.
    public let hasTerminal: Bool
    /// Seconds between SIGTERM and SIGKILL when it is stopped; nil for the daemon's own 10.
    public let stopTimeout: Int64?
    /// How often the daemon has started it anew.
    public let restartCount: Int64
    /// For each network's name the container's place in it.
    public let networks: [String: Endpoint]
    /// For each port, such as `6443/tcp`, where it is published; none when it is only exposed.
    public let ports: [String: [PortBinding]]

    /// Whether a container runs, and how it ended.
    public struct State: Sendable, Equatable, Decodable {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        public let status: String
        /// Whether its first process lives.
        public let running: Bool
        /// Whether it is paused.
        public let paused: Bool
        /// Whether the daemon starts it anew.
        public let restarting: Bool
        /// Whether the kernel killed something in it for want of memory.
        public let oomKilled: Bool
        /// Its first process, as the daemon sees it; 0 when it does not run.
        public let pid: Int64
        /// The exit status; meaningful when it has ended.
        public let exitCode: Int64
        /// Why it could not be started; empty otherwise.
        public let error: String
        /// When it was started last (RFC 3339).
        public let startedAt: String
        /// When it ended last (RFC 3339).
        public let finishedAt: String
        /// `starting`, `healthy` or `unhealthy`; nil without a health check.
        public let health: Health?

        /// What the health check says.
        public struct Health: Sendable, Equatable, Decodable {
            /// `none`, `starting`, `healthy` or `unhealthy`.
            public let status: String
            /// How often it has failed in a row.
            public let failingStreak: Int64
            /// What the last check wrote; nil when none has ended.
            public let lastOutput: String?

            enum CodingKeys: String, CodingKey {
                case status = "Status"
                case failingStreak = "FailingStreak"
                case log = "Log"
            }

            private struct Entry: Decodable {
                let output: String?

                enum CodingKeys: String, CodingKey {
                    case output = "Output"
                }
            }

            /// Reads the API's JSON.
            public init(from decoder: any Decoder) throws {
                let values = try decoder.container(keyedBy: CodingKeys.self)
                status = try values.text(.status)
                failingStreak = try values.number(.failingStreak)
                let log: [Entry] = try values.list(.log)
                lastOutput = log.last?.output
            }
        }

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case running = "Running"
            case paused = "Paused"
            case restarting = "Restarting"
            case oomKilled = "OOMKilled"
            case pid = "Pid"
            case exitCode = "ExitCode"
            case error = "Error"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
            case health = "Health"
        }

        /// Reads the API's JSON.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            status = try values.decode(String.self, forKey: .status)
            running = try values.flag(.running)
            paused = try values.flag(.paused)
            restarting = try values.flag(.restarting)
            oomKilled = try values.flag(.oomKilled)
            pid = try values.number(.pid)
            exitCode = try values.number(.exitCode)
            error = try values.text(.error)
            startedAt = try values.text(.startedAt)
            finishedAt = try values.text(.finishedAt)
            health = try values.decodeIfPresent(Health.self, forKey: .health)
        }
    }

    /// A container's place in a network.
    public struct Endpoint: Sendable, Equatable, Decodable {
        /// The network's identifier.
        public let networkID: String
        /// The IPv4 address; empty when it does not run.
        public let ipAddress: String
        /// The length of the IPv4 prefix.
        public let prefixLength: Int64
        /// The IPv4 gateway.
        public let gateway: String
        /// The IPv6 address; empty when there is none.
        public let ipv6Address: String
        /// The hardware address.
        public let macAddress: String

        enum CodingKeys: String, CodingKey {
            case networkID = "NetworkID"
            case ipAddress = "IPAddress"
            case prefixLength = "IPPrefixLen"
            case gateway = "Gateway"
            case ipv6Address = "GlobalIPv6Address"
            case macAddress = "MacAddress"
        }

        /// Reads the API's JSON.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            networkID = try values.text(.networkID)
            ipAddress = try values.text(.ipAddress)
            prefixLength = try values.number(.prefixLength)
            gateway = try values.text(.gateway)
            ipv6Address = try values.text(.ipv6Address)
            macAddress = try values.text(.macAddress)
        }
    }

    /// Where a port is published.
    public struct PortBinding: Sendable, Equatable, Decodable {
        /// The host's address.
        public let hostIP: String
        /// The host's port.
        public let hostPort: String

        enum CodingKeys: String, CodingKey {
            case hostIP = "HostIp"
            case hostPort = "HostPort"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case created = "Created"
        case state = "State"
        case imageID = "Image"
        case config = "Config"
        case restartCount = "RestartCount"
        case networkSettings = "NetworkSettings"
    }

    private struct Config: Decodable {
        let image: String?
        let labels: [String: String]?
        let tty: Bool?
        let stopTimeout: Int64?

        enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
            case tty = "Tty"
            case stopTimeout = "StopTimeout"
        }
    }

    private struct NetworkSettings: Decodable {
        let networks: [String: Endpoint]?
        let ports: [String: [PortBinding]?]?

        enum CodingKeys: String, CodingKey {
            case networks = "Networks"
            case ports = "Ports"
        }
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        name = withoutLeadingSlash(try values.text(.name))
        created = try values.text(.created)
        state = try values.decode(State.self, forKey: .state)
        imageID = try values.text(.imageID)
        restartCount = try values.number(.restartCount)
        let config = try values.decodeIfPresent(Config.self, forKey: .config)
        image = config?.image ?? ""
        labels = config?.labels ?? [:]
        hasTerminal = config?.tty ?? false
        stopTimeout = config?.stopTimeout
        let network = try values.decodeIfPresent(NetworkSettings.self, forKey: .networkSettings)
        networks = network?.networks ?? [:]
        ports = (network?.ports ?? [:]).mapValues { $0 ?? [] }
    }
}

/// What is only known by trying, and takes its time: read for `kinkajou doctor` alone.
public struct ProbeFacts: Sendable, Equatable, Codable {
    /// How long the data root's disk takes to keep something.
    public var sync: SyncProbe?
    /// The DNS servers.
    public var nameServers: [NameServerProbe]
    /// The registry, or its mirrors.
    public var registries: [RegistryProbe]

    /// Facts from their parts.
    public init(
        sync: SyncProbe? = nil, nameServers: [NameServerProbe] = [], registries: [RegistryProbe] = []
    ) {
        self.sync = sync
        self.nameServers = nameServers
        self.registries = registries
    }
}

/// Small writes with fdatasync(2), as etcd makes them.
public struct SyncProbe: Sendable, Equatable, Codable {
    /// Where they were made.
    public var place: String
    /// How long each took, in milliseconds.
    public var milliseconds: [Double]
    /// Why there are none, or no more.
    public var failure: String?

    /// A probe from its parts.
    public init(place: String, milliseconds: [Double], failure: String? = nil) {
        self.place = place
        self.milliseconds = milliseconds
        self.failure = failure
    }

    /// The one in the middle; 0 where there are none.
    public var median: Double {
        milliseconds.isEmpty ? 0 : milliseconds.sorted()[milliseconds.count / 2]
    }
}

/// One question to a DNS server.
public struct NameServerProbe: Sendable, Equatable, Codable {
    /// The server's address.
    public var server: String
    /// How long its answer took, in milliseconds; nil: there was none. An answer that there is no such name
    /// is one.
    public var milliseconds: Double?
    /// Why there was none.
    public var failure: String?

    /// A probe from its parts.
    public init(server: String, milliseconds: Double?, failure: String? = nil) {
        self.server = server
        self.milliseconds = milliseconds
        self.failure = failure
    }
}

/// One request to a registry (`GET /v2/`).
public struct RegistryProbe: Sendable, Equatable, Codable {
    /// Its address, without user name and password.
    public var address: String
    /// Whether the user named it as a mirror.
    public var isMirror: Bool
    /// Whether the request went through a proxy.
    public var usesProxy: Bool
    /// The status of its answer; nil: there was none. 401 is a registry that asks for a token first.
    public var status: Int?
    /// Why there was none.
    public var failure: String?

    /// A probe from its parts.
    public init(
        address: String, isMirror: Bool, usesProxy: Bool = false, status: Int?, failure: String? = nil
    ) {
        self.address = address
        self.isMirror = isMirror
        self.usesProxy = usesProxy
        self.status = status
        self.failure = failure
    }
}

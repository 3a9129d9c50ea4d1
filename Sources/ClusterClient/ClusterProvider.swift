public import ClusterSpec
internal import Values

/// What makes clusters and keeps them: a host cluster, or a local Docker engine.
public protocol ClusterProvider: Sendable {
    /// Where it is, in words: for messages.
    var place: String { get }

    /// What it can do beyond what all can.
    var capabilities: ProviderCapabilities { get }

    /// The host cluster, for whoever examines it; nil: there is none.
    var hostCluster: HostCluster? { get }

    /// Sees to it, before anything is made, that what is asked for can be done here: that the user may, and that the
    /// owner is there.
    ///
    /// - Returns: What is asked for, with its owner.
    /// - Throws: ``KinkajouError`` that names what is missing.
    func prepare(_ request: ClusterSpec, owner: OwnerChoice) async throws -> ClusterSpec

    /// The clusters that are there, by name.
    ///
    /// - Parameter allNamespaces: Not only those of the provider's namespace.
    func clusters(allNamespaces: Bool) async throws -> [ClusterRecord]

    /// Makes a cluster and returns when it is ready. What was made is taken away again on failure and on
    /// cancellation, unless the request says to retain it.
    func create(_ request: ClusterSpec, follower: any CreationFollower) async throws -> ClusterEndpoint

    /// Where its clusters are, to be compared with where those of others are.
    func location() async throws -> ClusterLocation

    /// Deletes a cluster, and returns when it is gone.
    func delete(_ name: String) async throws -> DeletedCluster

    /// Gives a cluster with a time to live a new one, which counts from now, and returns when it ends then, as RFC 3339
    /// writes it.
    func extend(_ name: String, to lifetime: Duration) async throws -> String

    /// How the API server of a cluster is reached, with the administrator's credentials.
    ///
    /// - Parameter isInternal: Whether from inside the host cluster or network, whatever it was made with.
    func endpoint(of name: String, isInternal: Bool) async throws -> ClusterEndpoint

    /// Runs a command in the cluster's Pod or container, with streams that the caller handles.
    func run(_ command: RemoteCommand, in name: String) async throws -> RemoteResult

    /// Runs a command in the cluster's Pod or container on our own stdin, stdout and stderr.
    func attach(_ command: [String], isTerminal: Bool, hasInput: Bool, in name: String) async throws -> Int32

    /// The log of the cluster's Pod or container.
    func logs(
        of name: String, follow: Bool, tail: Int?, into take: @Sendable ([UInt8]) async throws -> Void)
        async throws

    /// Ends what it holds open.
    func shutdown() async
}

/// What became of a cluster that was to be deleted.
public struct DeletedCluster: Sendable, Equatable {
    /// Which it was.
    public var identity: ClusterIdentity
    /// Whether there was one of that name.
    public var wasThere: Bool

    /// A cluster that is not there any more.
    public init(_ identity: ClusterIdentity, wasThere: Bool) {
        self.identity = identity
        self.wasThere = wasThere
    }
}

/// Gets to know how the making of a cluster goes.
public protocol CreationFollower: Sendable {
    /// A phase begins; one that was open has ended well.
    func begin(_ phase: String)
    /// How far the open phase is.
    func update(_ detail: String)
    /// The open phase has ended.
    func end(success: Bool)
    /// Something worth a line.
    func notice(_ text: String)
}

/// A command for ``ClusterProvider/run(_:in:)``.
public struct RemoteCommand: Sendable {
    /// The program and its arguments.
    public var words: [String]
    /// What it reads from stdin, chunk by chunk; nil: nothing.
    public var input: (@Sendable () async throws -> [UInt8]?)?
    /// Takes what it writes to stdout.
    public var output: @Sendable ([UInt8]) async throws -> Void
    /// How long it may take.
    public var timeout: Duration

    /// A command.
    public init(
        _ words: [String], timeout: Duration = .seconds(60),
        input: (@Sendable () async throws -> [UInt8]?)? = nil,
        output: @escaping @Sendable ([UInt8]) async throws -> Void
    ) {
        self.words = words
        self.timeout = timeout
        self.input = input
        self.output = output
    }
}

/// How a ``RemoteCommand`` ended.
public struct RemoteResult: Sendable, Equatable {
    /// Its exit status.
    public var status: Int32
    /// The end of what it wrote to stderr.
    public var errors: String

    /// A result.
    public init(status: Int32, errors: String) {
        self.status = status
        self.errors = errors
    }

    /// The last line of stderr, or the status.
    public var reason: String {
        errors.split(separator: "\n").last.map(String.init) ?? "exit status \(status)"
    }
}

extension ClusterProvider {
    /// The clusters of the provider's namespace, by name.
    public func clusters() async throws -> [ClusterRecord] { try await clusters(allNamespaces: false) }

    /// Runs a command and returns what it wrote to stdout.
    ///
    /// - Throws: ``KinkajouError`` where its exit status is not 0.
    public func output(_ words: [String], in name: String, timeout: Duration = .seconds(60)) async throws
        -> String
    {
        let text = CollectedText()
        let result = try await run(RemoteCommand(words, timeout: timeout) { text.append($0) }, in: name)
        guard result.status == 0 else {
            throw KinkajouError(
                "`\(words.joined(separator: " "))` failed in the cluster \"\(name)\": \(result.reason)",
                cure: "`kinkajou logs --name \(name)` and `kinkajou shell --name \(name)` show more",
                evidence: result.errors.split(separator: "\n").suffix(5).map(String.init))
        }
        return text.string
    }
}

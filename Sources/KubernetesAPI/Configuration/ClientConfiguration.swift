public import Values

/// Where an API server is, and how to talk to it.
public struct ClientConfiguration: Sendable, Equatable {
    /// Which authorities may sign the server's certificate.
    public enum Trust: Sendable, Equatable {
        /// Those of the system.
        case system
        /// Those in this PEM text.
        case authorities([UInt8])
        /// Any: the server's certificate is not checked.
        case anything
    }

    /// The server's URL, such as `https://10.0.0.1:6443`.
    public var server: String
    /// The name that the server's certificate has to have; nil: that of the URL.
    public var tlsServerName: String?
    /// Which authorities may sign the server's certificate.
    public var trust: Trust
    /// How the client proves who it is.
    public var credential: Credential
    /// The namespace where none is given.
    public var namespace: String
    /// The proxy on the way to the server, which may have a password in it.
    public var proxyURL: Secret<String>?
    /// The context of the kubeconfig; nil in a cluster.
    public var contextName: String?
    /// Whom the client wants to be taken for.
    public var impersonation: Impersonation?

    /// Puts a configuration together.
    public init(
        server: String, tlsServerName: String? = nil, trust: Trust = .system,
        credential: Credential = Credential(), namespace: String = "default",
        proxyURL: Secret<String>? = nil, contextName: String? = nil, impersonation: Impersonation? = nil
    ) {
        self.server = server
        self.tlsServerName = tlsServerName
        self.trust = trust
        self.credential = credential
        self.namespace = namespace
        self.proxyURL = proxyURL
        self.contextName = contextName
        self.impersonation = impersonation
    }

    /// Finds out which API server to talk to, as kubectl does: the kubeconfig that is named, or that of `KUBECONFIG`
    /// or `~/.kube/config`; when that names no cluster, the one that this Pod runs in.
    ///
    /// - Parameters:
    ///   - kubeconfig: An explicit file.
    ///   - context: A context's name; nil: the current one.
    ///   - environment: The process's environment.
    /// - Throws: ``KubeconfigError``; ``KubeconfigError/nothingFound(lookedFor:)`` tells where it looked.
    public static func resolve(
        kubeconfig: String?, context: String?, environment: [String: String]
    ) throws -> ClientConfiguration {
        let files = Kubeconfig.files(explicit: kubeconfig, environment: environment)
        let config = try Kubeconfig.load(explicit: kubeconfig, environment: environment)
        let isEmpty = config.contexts.isEmpty && config.clusterNames.isEmpty
        if isEmpty, kubeconfig == nil, context == nil {
            if InCluster.isAvailable(environment: environment) {
                return try inCluster(environment: environment)
            }
            throw KubeconfigError.nothingFound(
                lookedFor: files.map { "\($0) is not there, or is empty" } + [InCluster.absence(environment)])
        }
        return try ClientConfiguration(config, files: files, context: context, environment: environment)
    }

    /// Takes a context of a kubeconfig.
    ///
    /// - Parameters:
    ///   - config: With absolute paths, as ``Kubeconfig/load(explicit:environment:)`` returns it.
    ///   - files: Where it comes from, for messages.
    ///   - context: A context's name; nil: the current one.
    ///   - environment: The process's environment, which may name a proxy.
    /// - Throws: ``KubeconfigError``.
    public init(
        _ config: Kubeconfig, files: [String], context: String?, environment: [String: String]
    ) throws {
        let known = config.contexts.map(\.name)
        guard let name = context ?? config.currentContext else {
            throw KubeconfigError.noCurrentContext(known: known, files: files)
        }
        guard let context = config.contexts.first(where: { $0.name == name }) else {
            throw KubeconfigError.unknown(kind: "context", name: name, known: known, files: files)
        }
        guard let cluster = config.cluster(context.cluster) else {
            throw KubeconfigError.unknown(
                kind: "cluster", name: context.cluster, known: config.clusterNames, files: files)
        }
        var user = JSONValue.object([:])
        if !context.user.isEmpty {
            guard let found = config.user(context.user) else {
                throw KubeconfigError.unknown(
                    kind: "user", name: context.user, known: config.userNames, files: files)
            }
            user = found
        }
        let entry = ClusterEntry(name: context.cluster, value: cluster)
        server = try entry.server()
        trust = try entry.trust()
        tlsServerName = entry.text("tls-server-name")
        proxyURL = try entry.proxyURL(environment: environment)
        let userEntry = UserEntry(name: context.user, value: user)
        credential = try userEntry.credential(cluster: cluster, trust: trust)
        impersonation = try userEntry.impersonation()
        namespace = context.namespace ?? "default"
        contextName = name
    }
}

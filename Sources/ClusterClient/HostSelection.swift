public import KubernetesAPI
internal import Linux
internal import Values

/// Decides where the clusters of a command are, from what was named and what is configured. Pure.
///
/// A host cluster that is configured is the one that is meant, whether it answers or not: Docker is chosen by itself
/// only where none is.
public struct HostSelection: Sendable {
    /// The provider that was named.
    public var provider: Provider?
    /// The context that was named.
    public var context: String?
    /// The namespace that was named.
    public var namespace: String?

    /// The kinds of providers.
    public enum Provider: String, Sendable, CaseIterable {
        /// Clusters are Pods of a host cluster.
        case kubernetes
        /// Clusters are containers of a Docker engine.
        case docker
    }

    /// What was named on the command line.
    public init(provider: Provider?, context: String?, namespace: String?) {
        self.provider = provider
        self.context = context
        self.namespace = namespace
    }

    /// What is configured.
    public struct Facts: Sendable {
        /// The kubeconfig files, absolute, as in KUBECONFIG.
        public var files: String
        /// What is in them.
        public var kubeconfig: Kubeconfig
        /// Whether this is a Pod with a service account.
        public var isInHostCluster: Bool

        /// What is configured.
        public init(files: String, kubeconfig: Kubeconfig, isInHostCluster: Bool) {
            self.files = files
            self.kubeconfig = kubeconfig
            self.isInHostCluster = isInHostCluster
        }
    }

    /// Where clusters are.
    public enum Place: Sendable, Equatable {
        /// In the local Docker.
        ///
        /// - Parameter byDefault: Nothing names it: there is no host cluster.
        case docker(byDefault: Bool)
        /// In the host cluster of a context.
        case hostCluster(files: String, context: String, namespace: String?)
        /// In the host cluster of the Pod that this runs in.
        case ownHostCluster(namespace: String?)
    }

    /// Where the clusters are.
    ///
    /// Where the context that counts is one of our own clusters, the host of that cluster is meant: `create` makes
    /// the new cluster's context the current one, and the next command is for the host cluster again.
    ///
    /// - Throws: `KubeconfigError`: there are contexts, but none is chosen, or a host cluster is meant and none is
    ///   configured; ``KinkajouError``: a context is its own host.
    public func decide(_ facts: Facts) throws -> Place {
        if provider == .docker { return .docker(byDefault: false) }
        // Who names a context or a namespace means a host cluster.
        let meansHost = provider == .kubernetes || context != nil || namespace != nil
        guard let chosen = context ?? facts.kubeconfig.currentContext else {
            return try withoutContext(facts, meansHost: meansHost)
        }
        let owner = facts.kubeconfig.context(chosen).flatMap(ClusterIdentity.init(entry:))
        switch owner?.location {
        case .docker where !meansHost: return .docker(byDefault: false)
        case .docker, nil: return .hostCluster(files: facts.files, context: chosen, namespace: namespace)
        case .host(let host):
            let namespace = namespace ?? host.namespace
            guard let context = host.context else { return .ownHostCluster(namespace: namespace) }
            // A host cluster that is a cluster of ours itself: one level at a time, and never in a circle.
            guard context != chosen || host.kubeconfig != facts.files else {
                throw KinkajouError(
                    "the context \"\(chosen)\" names itself as its host cluster",
                    cure: "name the host cluster with --context")
            }
            return .hostCluster(
                files: host.kubeconfig ?? facts.files, context: context, namespace: namespace)
        }
    }

    private func withoutContext(_ facts: Facts, meansHost: Bool) throws -> Place {
        let contexts = facts.kubeconfig.contexts.map(\.name)
        // Those of our own clusters in Docker, or beside us, lead to no other host cluster.
        let leadToHosts = contexts.filter { name in
            switch facts.kubeconfig.context(name).flatMap(ClusterIdentity.init(entry:))?.location {
            case .docker: meansHost
            case .host(let host): host.context != nil
            case nil: true
            }
        }
        let files = facts.files.split(separator: ":").map(String.init)
        guard leadToHosts.isEmpty else {
            throw KubeconfigError.noCurrentContext(known: contexts, files: files)
        }
        if facts.isInHostCluster { return .ownHostCluster(namespace: namespace) }
        guard meansHost else { return .docker(byDefault: true) }
        throw KubeconfigError.nothingFound(
            lookedFor: files.map { "\($0) is not there, or has no contexts" }
                + ["this is no Pod with a service account"])
    }
}

extension HostSelection.Facts {
    /// Reads what is configured.
    ///
    /// - Parameters:
    ///   - named: The file of `--kubeconfig`. One without contexts leads nowhere: clusters' contexts are written to
    ///     it, and the host cluster is found as without it.
    ///   - mayBeMissing: Whether that file need not be there, because the command is to make it.
    /// - Throws: `KubeconfigError`: a file is missing that was named, or one cannot be read.
    public static func read(
        named: String?, mayBeMissing: Bool, environment: [String: String]
    ) throws -> HostSelection.Facts {
        var environment = environment
        if let named {
            if Files.exists(named) {
                let file = try Kubeconfig.load(explicit: named, environment: environment)
                if !file.contexts.isEmpty { environment["KUBECONFIG"] = named }
            } else if !mayBeMissing {
                throw KubeconfigError.missing(file: named)
            }
        }
        let files = Kubeconfig.files(explicit: nil, environment: environment).map(absolute)
            .joined(separator: ":")
        return HostSelection.Facts(
            files: files, kubeconfig: try Kubeconfig.load(explicit: nil, environment: environment),
            isInHostCluster: ClientConfiguration.isInCluster(environment: environment))
    }

    /// A kubeconfig is used from other directories too.
    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : (Files.resolved(".") ?? "") + "/" + path
    }
}

extension KubernetesProvider {
    /// The provider of a host cluster that was chosen, by its context or by the Pod's service account.
    ///
    /// - Parameters:
    ///   - files: The kubeconfig files, as in KUBECONFIG; nil: kubectl's rules.
    ///   - context: The context in them; nil: the service account of the Pod that this runs in.
    /// - Throws: `KubeconfigError`: it is not configured there.
    public init(
        files: String?, context: String?, namespace: String?, environment: [String: String]
    ) throws {
        guard let context else {
            try self.init(
                configuration: try ClientConfiguration.inCluster(environment: environment), kubeconfig: nil,
                namespace: namespace)
            return
        }
        var environment = environment
        if let files { environment["KUBECONFIG"] = files }
        try self.init(
            configuration: try ClientConfiguration.resolve(
                kubeconfig: nil, context: context, environment: environment),
            kubeconfig: files, namespace: namespace)
    }
}

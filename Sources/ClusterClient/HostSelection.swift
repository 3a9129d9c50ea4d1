internal import KubernetesAPI
internal import Linux
internal import Values

/// Finds the host cluster that is meant.
public struct HostSelection: Sendable {
    /// The file that was named; where it is not there, or has no contexts, it is only written to.
    public var kubeconfig: String?
    /// A list of files as KUBECONFIG has it, which comes first: that of a tunnel or of a context of ours.
    public var hostKubeconfig: String?
    /// The context that was named.
    public var context: String?
    /// The namespace that was named.
    public var namespace: String?

    /// What was named on the command line.
    public init(kubeconfig: String?, hostKubeconfig: String?, context: String?, namespace: String?) {
        self.kubeconfig = kubeconfig
        self.hostKubeconfig = hostKubeconfig
        self.context = context
        self.namespace = namespace
    }

    /// The provider of the host cluster.
    ///
    /// Where the context that counts is one of our own clusters, the host of that cluster is meant: `create` makes
    /// the new cluster's context the current one, and the next command is for the host cluster again.
    ///
    /// - Throws: `KubernetesError` or ``KinkajouError`` where none is found.
    public func provider(environment: [String: String]) throws -> KubernetesProvider {
        let files = Self.absolute(hostKubeconfig ?? named ?? fromEnvironment(environment))
        var environment = environment
        environment["KUBECONFIG"] = files
        let kubeconfig = try Kubeconfig.load(explicit: nil, environment: environment)
        if let context = context ?? kubeconfig.currentContext,
            let host = KubeconfigEntries.host(of: context, in: kubeconfig)
        {
            var selection = self
            selection.hostKubeconfig = host.kubeconfig
            selection.context = host.context
            selection.namespace = namespace ?? host.namespace
            if host.context == nil {
                let configuration = try ClientConfiguration.inCluster(environment: environment)
                return try KubernetesProvider(
                    configuration: configuration, kubeconfig: nil, namespace: selection.namespace)
            }
            // A host cluster that is a cluster of ours itself: one level at a time, and never in a circle.
            guard host.context != context || host.kubeconfig != files else {
                throw KinkajouError(
                    "the context \"\(context)\" names itself as its host cluster",
                    cure: "name the host cluster with --context")
            }
            return try selection.direct(files: host.kubeconfig ?? files, environment: environment)
        }
        return try direct(files: files, environment: environment)
    }

    /// Whether the context that counts is one of our clusters in a local Docker engine.
    public func meansDocker(environment: [String: String]) -> Bool {
        var environment = environment
        environment["KUBECONFIG"] = Self.absolute(hostKubeconfig ?? named ?? fromEnvironment(environment))
        guard let kubeconfig = try? Kubeconfig.load(explicit: nil, environment: environment),
            let context = context ?? kubeconfig.currentContext
        else { return false }
        return KubeconfigEntries.isInDocker(context, in: kubeconfig)
    }

    private func direct(files: String, environment: [String: String]) throws -> KubernetesProvider {
        var environment = environment
        environment["KUBECONFIG"] = files
        let configuration = try ClientConfiguration.resolve(
            kubeconfig: nil, context: context, environment: environment)
        return try KubernetesProvider(
            configuration: configuration, kubeconfig: configuration.contextName == nil ? nil : files,
            namespace: namespace)
    }

    /// The named file, where there is something in it.
    private var named: String? {
        guard let kubeconfig else { return nil }
        // kind's users name a file that is not there yet: the cluster's context goes there, and the host cluster
        // is found as without it.
        guard let text = try? Files.read(kubeconfig), let file = try? Kubeconfig(yaml: text, file: kubeconfig)
        else {
            return Files.exists(kubeconfig) ? kubeconfig : nil
        }
        return file.contexts.isEmpty ? nil : kubeconfig
    }

    private func fromEnvironment(_ environment: [String: String]) -> String {
        if let list = environment["KUBECONFIG"], !list.isEmpty { return list }
        return (environment["HOME"] ?? "/root") + "/.kube/config"
    }

    /// A list of files with absolute paths: a kubeconfig is used from other directories too.
    private static func absolute(_ list: String) -> String {
        let here = Files.resolved(".") ?? "/"
        return list.split(separator: ":").map { $0.hasPrefix("/") ? String($0) : here + "/" + $0 }
            .joined(separator: ":")
    }
}

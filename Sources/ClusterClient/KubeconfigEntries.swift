public import KubernetesAPI
internal import Values

/// What a cluster is in a kubeconfig: a cluster, a user and a context of the same name, as kind makes them. Pure.
public struct KubeconfigEntries: Sendable {
    /// The extension of a context that says how its host cluster is found.
    static let hostExtension = "kinkajou.dev/host"

    let cluster: String
    /// The name of the three entries.
    public let context: String
    /// The program that kubectl starts for a tunnel.
    let program: String

    /// Entries for a cluster.
    ///
    /// - Parameters:
    ///   - kindCompatible: Whether they are named `kind-NAME`.
    ///   - program: How `kinkajou` is called where the kubeconfig is used.
    public init(cluster: String, kindCompatible: Bool, program: String = "kinkajou") {
        self.cluster = cluster
        self.program = program
        context = ClusterName.context(cluster, kindCompatible: kindCompatible)
    }

    private func clusterEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        var entry: JSONValue = ["certificate-authority-data": .string(endpoint.authority)]
        switch endpoint.route {
        case .direct(let url): entry["server"] = .string(url)
        case .tunnel(let port, _): entry["server"] = .string("https://127.0.0.1:\(port)")
        }
        if let name = endpoint.serverName { entry["tls-server-name"] = .string(name) }
        return entry
    }

    private func userEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        switch endpoint.route {
        case .direct:
            return [
                "client-certificate-data": .string(endpoint.certificate),
                "client-key-data": .string(endpoint.key),
            ]
        case .tunnel(let port, let target):
            var words = [
                "credential", "--name", target.cluster, "--namespace", target.host.namespace, "--port",
                "\(port)",
            ]
            if let file = target.host.kubeconfig { words += ["--host-kubeconfig", file] }
            if let context = target.host.context { words += ["--context", context] }
            return [
                "exec": [
                    // Understood by kubectl from 1.11 on, and still by those of today.
                    "apiVersion": "client.authentication.k8s.io/v1beta1",
                    "command": .string(program), "args": .array(words.map { .string($0) }),
                    "interactiveMode": "Never", "provideClusterInfo": false,
                    "installHint":
                        "kinkajou has to be on PATH: it opens the tunnel to the cluster, which is a Pod of another cluster.",
                ]
            ]
        }
    }

    private func contextEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        var reference: JSONValue = ["cluster": .string(cluster)]
        if let host = endpoint.host {
            reference["namespace"] = .string(host.namespace)
            if let file = host.kubeconfig { reference["kubeconfig"] = .string(file) }
            if let context = host.context { reference["context"] = .string(context) }
        } else {
            reference["provider"] = "docker"
        }
        return [
            "cluster": .string(context), "user": .string(context),
            "extensions": [["name": .string(Self.hostExtension), "extension": reference]],
        ]
    }

    /// Puts the cluster into a kubeconfig and makes it the current context.
    public func add(_ endpoint: ClusterEndpoint, to kubeconfig: inout Kubeconfig) {
        kubeconfig.setCluster(context, clusterEntry(endpoint))
        kubeconfig.setUser(context, userEntry(endpoint))
        kubeconfig.setContext(context, contextEntry(endpoint))
        kubeconfig.currentContext = context
    }

    /// Takes the cluster out of a kubeconfig, where the entry of that name is its. The current context goes back to
    /// the host cluster's, where the entry says which that is; else there is none, as after `kind delete cluster`.
    ///
    /// - Returns: The port of its tunnel, where it had one.
    @discardableResult
    public func remove(from kubeconfig: inout Kubeconfig) -> Int? {
        guard let reference = Self.reference(of: context, in: kubeconfig),
            reference["cluster"].string == cluster
        else { return nil }
        let words = (kubeconfig.user(context)?["exec"]["args"].array ?? []).compactMap(\.string)
        if kubeconfig.currentContext == context {
            let host = reference["context"].string
            kubeconfig.currentContext =
                host.flatMap { name in kubeconfig.contexts.contains { $0.name == name } ? name : nil }
        }
        kubeconfig.removeContext(context)
        kubeconfig.removeCluster(context)
        kubeconfig.removeUser(context)
        return zip(words, words.dropFirst()).first { $0.0 == "--port" }.flatMap { Int($0.1) }
    }

    /// A kubeconfig with this cluster alone.
    public func document(_ endpoint: ClusterEndpoint) -> String {
        let document: JSONValue = [
            "apiVersion": "v1", "kind": "Config", "preferences": [:], "current-context": .string(context),
            "clusters": [["name": .string(context), "cluster": clusterEntry(endpoint)]],
            "users": [["name": .string(context), "user": userEntry(endpoint)]],
            "contexts": [["name": .string(context), "context": contextEntry(endpoint)]],
        ]
        return document.yaml()
    }

    private static func reference(of context: String, in kubeconfig: Kubeconfig) -> JSONValue? {
        kubeconfig.context(context)?["extensions"].array
            .first { $0["name"].string == hostExtension }?["extension"]
    }

    /// Whether a context is one of our clusters in Docker.
    public static func isInDocker(_ context: String, in kubeconfig: Kubeconfig) -> Bool {
        reference(of: context, in: kubeconfig)?["provider"].string == "docker"
    }

    /// The host cluster of a context that is one of our clusters in a Pod; nil: it is none.
    public static func host(of context: String, in kubeconfig: Kubeconfig) -> HostReference? {
        guard let found = reference(of: context, in: kubeconfig), found["provider"].isNull else { return nil }
        return HostReference(
            kubeconfig: found["kubeconfig"].string, context: found["context"].string,
            namespace: found["namespace"].string ?? "default")
    }
}

internal import Formats
public import KubernetesAPI
internal import Values

/// What a cluster is in a kubeconfig: a cluster, a user and a context of the same name, as kind makes them. Each of
/// them says which cluster it belongs to. Pure.
public struct KubeconfigEntries: Sendable {
    /// The name of the three entries.
    public let context: String
    /// The program that kubectl starts for a tunnel.
    let program: String

    /// Entries of a name.
    ///
    /// - Parameter program: How `kinkajou` is called where the kubeconfig is used.
    public init(context: String, program: String = "kinkajou") {
        self.context = context
        self.program = program
    }

    private func clusterEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        var entry: JSONValue = ["certificate-authority-data": .string(endpoint.authority)]
        switch endpoint.route {
        case .direct(let url): entry["server"] = .string(url)
        case .tunnel(let port, _): entry["server"] = .string("https://127.0.0.1:\(port)")
        }
        if let name = endpoint.serverName { entry["tls-server-name"] = .string(name) }
        entry["extensions"] = endpoint.identity.extensions
        return entry
    }

    private func userEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        var entry: JSONValue
        switch endpoint.route {
        case .direct:
            entry = [
                "client-certificate-data": .string(endpoint.certificate),
                "client-key-data": .string(endpoint.key),
            ]
        case .tunnel(let port, let target):
            let words = ["credential"] + target.options + ["--port", "\(port)"]
            entry = [
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
        entry["extensions"] = endpoint.identity.extensions
        return entry
    }

    private func contextEntry(_ endpoint: ClusterEndpoint) -> JSONValue {
        [
            "cluster": .string(context), "user": .string(context),
            "extensions": endpoint.identity.extensions,
        ]
    }

    /// Puts the cluster into a kubeconfig and makes it the current context. Whether the name is free is for
    /// ``ContextOwnership`` to say.
    public func add(_ endpoint: ClusterEndpoint, to kubeconfig: inout KubeconfigLayers) {
        kubeconfig.setCluster(context, clusterEntry(endpoint))
        kubeconfig.setUser(context, userEntry(endpoint))
        kubeconfig.setContext(context, contextEntry(endpoint))
        kubeconfig.currentContext = context
    }

    /// Takes all contexts of a cluster out of a kubeconfig. Where one of them was the current context, that goes back
    /// to the host cluster's, where the entry says which that is; else there is none, as after `kind delete cluster`.
    ///
    /// - Returns: The ports of its tunnels.
    @discardableResult
    public static func remove(_ identity: ClusterIdentity, from kubeconfig: inout KubeconfigLayers) -> [Int] {
        func isOwn(_ entry: JSONValue?) -> Bool {
            entry.flatMap(ClusterIdentity.init(entry:))?.isSame(as: identity) ?? false
        }
        var ports: [Int] = []
        for context in ContextOwnership(of: identity, in: kubeconfig).owned {
            if let port = tunnelPort(of: context, in: kubeconfig) { ports.append(port) }
            if kubeconfig.currentContext == context {
                let owner = kubeconfig.context(context).flatMap(ClusterIdentity.init(entry:))
                var previous: String?
                if case .host(let host)? = owner?.location { previous = host.context }
                kubeconfig.currentContext = nil
                if let previous, kubeconfig.currentContext == nil, kubeconfig.context(previous) != nil {
                    kubeconfig.currentContext = previous
                }
            }
            kubeconfig.removeContext(context)
            if isOwn(kubeconfig.cluster(context)) { kubeconfig.removeCluster(context) }
            if isOwn(kubeconfig.user(context)) { kubeconfig.removeUser(context) }
        }
        return ports
    }

    /// Which cluster of ours a context belongs to; nil: none.
    public static func identity(of context: String, in kubeconfig: KubeconfigLayers) -> ClusterIdentity? {
        kubeconfig.context(context).flatMap(ClusterIdentity.init(entry:))
    }

    private static func tunnelPort(of context: String, in kubeconfig: KubeconfigLayers) -> Int? {
        let words = (kubeconfig.user(context)?["exec"]["args"].array ?? []).compactMap(\.string)
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
}

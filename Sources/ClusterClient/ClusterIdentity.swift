internal import Values

/// Which cluster something belongs to: two clusters of one name at two places are two clusters. Pure.
public struct ClusterIdentity: Sendable, Equatable {
    /// The cluster's name.
    public var name: String
    /// The UID of its Pod, or the ID of its container; nil: not known.
    public var uid: String?
    /// Where it is.
    public var location: ClusterLocation

    /// An identity.
    public init(name: String, uid: String?, location: ClusterLocation) {
        self.name = name
        self.uid = uid
        self.location = location
    }

    /// Whether the two are one cluster, or an earlier and a later one of that name at the same place, of which only
    /// one can be there.
    public func isSame(as other: ClusterIdentity) -> Bool {
        if let uid, uid == other.uid { return true }
        return name == other.name && location.isSame(as: other.location)
    }
}

/// Where a cluster is.
public enum ClusterLocation: Sendable, Equatable {
    /// In the Docker engine of this ID.
    case docker(engine: String)
    /// In a host cluster.
    case host(HostReference)

    /// Whether the two are one place, whatever way leads there.
    public func isSame(as other: ClusterLocation) -> Bool {
        switch (self, other) {
        case (.docker(let engine), .docker(let otherEngine)): engine == otherEngine
        case (.host(let host), .host(let otherHost)): host.isSame(as: otherHost)
        case (.docker, .host), (.host, .docker): false
        }
    }

    /// What tells it from other places, for the name of a context.
    var mark: String {
        switch self {
        case .docker: "docker"
        case .host(let host): host.namespace
        }
    }

    /// The place, for a message.
    public var title: String {
        switch self {
        case .docker: "Docker"
        case .host(let host):
            "namespace \"\(host.namespace)\" of "
                + (host.context.map { "the host cluster of context \"\($0)\"" } ?? "this Pod's host cluster")
        }
    }
}

/// How a host cluster is found again.
public struct HostReference: Sendable, Equatable {
    /// The kubeconfig files, absolute, as in KUBECONFIG; nil: kubectl's rules.
    public var kubeconfig: String?
    /// The context in it; nil: the service account of the Pod.
    public var context: String?
    /// The URL of its API server.
    public var server: String
    /// The namespace of the clusters.
    public var namespace: String

    /// A reference.
    public init(kubeconfig: String?, context: String?, server: String, namespace: String) {
        self.kubeconfig = kubeconfig
        self.context = context
        self.server = server
        self.namespace = namespace
    }

    /// Whether the two are one namespace of one cluster: files and contexts may have several names, and a name may
    /// come to stand for another server.
    func isSame(as other: HostReference) -> Bool {
        server == other.server && namespace == other.namespace
    }
}

extension ClusterIdentity {
    /// The extension of entries in a kubeconfig that says which cluster they belong to.
    static let extensionName = "kinkajou.dev/cluster"

    /// Reads it from an entry of a kubeconfig; nil: the entry is none of ours.
    init?(entry: JSONValue) {
        let found = entry["extensions"].array.first { $0["name"].string == Self.extensionName }
        guard let value = found?["extension"], let name = value["name"].string else { return nil }
        let location: ClusterLocation
        if let engine = value["docker"]["engine"].string {
            location = .docker(engine: engine)
        } else if let server = value["host"]["server"].string,
            let namespace = value["host"]["namespace"].string
        {
            location = .host(
                HostReference(
                    kubeconfig: value["host"]["kubeconfig"].string, context: value["host"]["context"].string,
                    server: server, namespace: namespace))
        } else {
            return nil
        }
        self.init(name: name, uid: value["uid"].string, location: location)
    }

    /// The extensions of an entry.
    var extensions: JSONValue {
        var value: JSONValue = ["name": .string(name)]
        if let uid { value["uid"] = .string(uid) }
        switch location {
        case .docker(let engine): value["docker"] = ["engine": .string(engine)]
        case .host(let host):
            var reference: JSONValue = [
                "server": .string(host.server), "namespace": .string(host.namespace),
            ]
            if let file = host.kubeconfig { reference["kubeconfig"] = .string(file) }
            if let context = host.context { reference["context"] = .string(context) }
            value["host"] = reference
        }
        return [["name": .string(Self.extensionName), "extension": value]]
    }
}

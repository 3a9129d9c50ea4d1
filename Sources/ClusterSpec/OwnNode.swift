internal import Values

/// The node that a container is itself, with the engine `node`: what the commands need that are run in it.
public struct OwnNode: Codable, Sendable, Equatable {
    /// Where it is written while the node lives.
    public static let file = Defaults.clusterDirectory + "/node.json"
    /// The administrator's kubeconfig of the cluster, as it was made: a user's commands change theirs.
    public static let kubeconfig = Defaults.clusterDirectory + "/admin.kubeconfig"

    /// The cluster's name.
    public var cluster: String
    /// The node's name in it.
    public var name: String
    /// Its image, by the name that was asked for.
    public var image: String
    /// The version of Kubernetes, such as `v1.31.2`.
    public var kubernetesVersion: String
    /// Its address.
    public var address: String

    /// A node from its parts.
    public init(cluster: String, name: String, image: String, kubernetesVersion: String, address: String) {
        self.cluster = cluster
        self.name = name
        self.image = image
        self.kubernetesVersion = kubernetesVersion
        self.address = address
    }

    /// Reads what ``json()`` has written.
    public init(json: [UInt8]) throws {
        self = try JSONValue(json: json).decoded(OwnNode.self)
    }

    /// The text for ``file``.
    public func json() throws -> [UInt8] { try JSONValue(encoding: self).encoded() }
}

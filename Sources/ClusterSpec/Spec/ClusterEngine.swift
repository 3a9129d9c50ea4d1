/// How a cluster is made.
public enum ClusterEngine: String, Codable, Sendable, CaseIterable {
    /// By the real kind, in a Docker engine of the Pod's own.
    case kind
    /// By the Pod itself, which is the node: its image is the node image.
    case node
}

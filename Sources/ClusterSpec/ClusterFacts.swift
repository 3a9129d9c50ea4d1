/// What a cluster is made with, as far as its configuration depends on it: asked of the parts, not assumed.
public struct ClusterFacts: Sendable, Equatable {
    /// The version of `kind`; `nil`: not known.
    public var kind: KindVersion?
    /// Whether the nodes will have cgroup version 1; `nil`: not known.
    public var hasCgroupV1: Bool?
    /// What the nodes may use; `nil`: not known.
    public var capacity: NodeCapacity?
    /// What is in the node images, by the names that the engine has for them.
    public var images: [String: NodeImageFacts] = [:]
    /// For images that were asked for by a digest which the engine does not know: what it calls them.
    public var imageNames: [String: String] = [:]

    /// Nothing is known.
    public init() {}
}

/// What is in a node image.
public struct NodeImageFacts: Sendable, Equatable {
    /// The version of Kubernetes, from its `/kind/version`.
    public var version: KubernetesVersion?
    /// Its containerd's configuration.
    public var containerd: ContainerdConfiguration?

    /// Facts from their parts.
    public init(version: KubernetesVersion? = nil, containerd: ContainerdConfiguration? = nil) {
        self.version = version
        self.containerd = containerd
    }
}

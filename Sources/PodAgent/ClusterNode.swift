/// A node of a cluster that kind made: a container.
public struct ClusterNode: Sendable, Equatable, Codable {
    /// The container's name, which is the node's.
    public var name: String
    /// `control-plane`, `worker` or `external-load-balancer`.
    public var role: String
    /// The container's state: `running`, `exited` and so on.
    public var status: String
    /// The node image.
    public var image: String
    /// The version of Kubernetes, such as `v1.31.2`; nil where the node does not run, or does not say.
    public var kubernetesVersion: String?
    /// Its address in the cluster's network; nil where it does not run.
    public var ip: String?

    /// Whether it is a node of Kubernetes, and not a helper of kind's.
    public var isKubernetesNode: Bool { role != "external-load-balancer" }

    /// Whether the container runs.
    public var isRunning: Bool { status == "running" }

    /// A node.
    public init(
        name: String, role: String, status: String, image: String, kubernetesVersion: String? = nil,
        ip: String? = nil
    ) {
        self.name = name
        self.role = role
        self.status = status
        self.image = image
        self.kubernetesVersion = kubernetesVersion
        self.ip = ip
    }
}

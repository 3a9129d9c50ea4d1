public import ClusterSpec

/// What is asked of a new cluster, whoever provides it.
public struct ClusterRequest: Sendable {
    /// The cluster's name.
    public var name: String
    /// The image of the Pod or container that the cluster lives in.
    public var podImage: String
    /// The image of the cluster's nodes; nil: the one that the Pod's image brings along.
    public var nodeImage: String?
    /// The cluster's configuration in kind's format, checked; nil: one control plane.
    public var configuration: String?
    /// The ports of nodes that the configuration publishes.
    public var publishedPorts: [PortMapping] = []
    /// How many nodes there will be.
    public var nodeCount = 1
    /// What has to be ready, by the name of `kinkajou cluster --wait-for`.
    public var waitFor = "pod"
    /// How long the cluster may take from the engine's start until it is ready.
    public var wait = Duration.seconds(300)
    /// How long the Pod may take until it runs: to be scheduled, and to pull its image.
    public var startTimeout = Duration.seconds(600)
    /// Whether a cluster that failed stays for inspection.
    public var retain = false
    /// What the cluster may use of its host.
    public var resources = Resources()
    /// Where the Pod may run.
    public var placement = Placement()
    /// Variables for the Pod, such as proxies.
    public var environment: [String: String] = [:]
    /// How long the cluster lives once it is ready; nil: until it is deleted.
    public var timeToLive: Duration?
    /// The Pod that the cluster ends with.
    public var owner: OwnerPod?
    /// How the API server is reached from where the kubeconfig is used.
    public var access = Access.tunnel
    /// The local port of a tunnel; nil: one that is free.
    public var localPort: Int?
    /// More names and addresses for the API server's certificate.
    public var certificateNames: [String] = []

    /// A cluster with nothing but a name.
    public init(name: String, podImage: String) {
        self.name = name
        self.podImage = podImage
    }

    /// Requests and limits, as Kubernetes' quantities.
    public struct Resources: Sendable, Equatable {
        /// The CPU limit.
        public var cpu = "2"
        /// The memory limit.
        public var memory = "4Gi"
        /// The limit of what is written.
        public var storage = "20Gi"
        /// The CPU request: what the scheduler reserves. No more than the limit is asked for.
        public var cpuRequest = "500m"
        /// The memory request.
        public var memoryRequest = "1Gi"

        /// The defaults: enough for a cluster of one node and some Pods.
        public init() {}
    }

    /// What restricts the choice of a node of the host cluster.
    public struct Placement: Sendable, Equatable {
        /// Labels that the node must have.
        public var nodeSelector: [String: String] = [:]
        /// Taints that are tolerated.
        public var tolerations: [Toleration] = []
        /// The runtime class.
        public var runtimeClass: String?
        /// The service account; its token is not mounted.
        public var serviceAccount: String?
        /// Secrets with the credentials of registries.
        public var imagePullSecrets: [String] = []

        /// No restriction.
        public init() {}
    }

    /// The Pod that owns a cluster.
    public struct OwnerPod: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its UID.
        public var uid: String

        /// A Pod.
        public init(name: String, uid: String) {
            self.name = name
            self.uid = uid
        }
    }

    /// How the API server of a cluster is reached.
    public enum Access: String, Sendable, CaseIterable {
        /// Through the host cluster's API server, by a tunnel that kubectl starts.
        case tunnel
        /// By the Service's name: from inside the host cluster.
        case service
        /// By a port of the host cluster's nodes.
        case nodePort = "node-port"
        /// By a load balancer.
        case loadBalancer = "load-balancer"
    }
}

public import EnginePlan
internal import Values

/// All that was asked for of a cluster, by whoever asked, in one value: the client makes it of its options, variables
/// and files, and it travels to the Pod in a Secret, or to a container as a file. `kinkajou cluster`'s own options and
/// the variables of the original image are another way of making it.
///
/// What nobody asked for has its value from ``Defaults``, or is nil where it is worked out where the cluster is made
/// (``ClusterPlan``).
public struct ClusterSpec: Codable, Sendable, Equatable {
    /// The form of the value; another one is refused.
    public static let apiVersion = "kinkajou.dev/v1alpha1"

    /// ``apiVersion``.
    public private(set) var apiVersion = ClusterSpec.apiVersion
    /// The version of the program that made it: both ends of a cluster have to fit.
    public var client = Release.current

    // MARK: The cluster

    /// How it is made.
    public var madeBy = ClusterEngine.kind
    /// The cluster's name.
    public var name = Defaults.name
    /// The image of every node; nil: what kind's file, an archive, or the default says.
    public var nodeImage: String?
    /// kind's file.
    public var configuration: KindConfiguration?
    /// Where the paths come from that kind's file mounts into nodes, by `hostPath`; one that is not in here is a path
    /// of the container that the cluster is made in.
    public var mounts: [String: MountSource] = [:]
    /// The API server.
    public var apiServer = APIServer()
    /// The Pods' network; nil: worked out.
    public var podSubnet: String?
    /// The Services' network; nil: worked out.
    public var serviceSubnet: String?
    /// What has to be ready.
    public var waitFor = ReadinessLevel.pod
    /// How long the cluster may take from the engine's start until it is ready, in seconds.
    public var waitSeconds = Defaults.waitSeconds
    /// Whether a cluster that failed stays for inspection.
    public var retain = false

    // MARK: Its engine, and the files in its Pod

    /// What is asked of the Docker engine below.
    public var engine = DindSettings()
    /// How long dockerd may take to answer, in seconds.
    public var engineReadySeconds = Defaults.engineReadySeconds
    /// The file of dockerd's log.
    public var engineLog = Defaults.engineLog
    /// The kubeconfig that is written; nil: that of the user that it runs as.
    public var kubeconfig: String?
    /// A file or directory with archives of the node image; nil: the default directory.
    public var imageArchive: String?
    /// Where the logs of every part go at the end; nil: nowhere.
    public var logDirectory: String?
    /// The file that shows where the time went, in the form of its name; nil: none.
    public var tracePath: String?
    /// Whether it is said at the end where the time went.
    public var summarizesTime = false

    // MARK: Its Pod or container

    /// The image of the Pod or container.
    public var podImage = Defaults.podImage
    /// How long the Pod may take until it runs, in seconds: to be scheduled, and to pull its image.
    public var startSeconds = Defaults.startSeconds
    /// What the cluster may use of its host.
    public var resources = Resources()
    /// Where the Pod may run.
    public var placement = Placement()
    /// Variables for the Pod, such as proxies.
    public var environment: [String: String] = [:]
    /// How many seconds the cluster lives once it is ready; nil: until it is deleted.
    public var lifetimeSeconds: Int64?
    /// The Pod that the cluster ends with.
    public var owner: OwnerPod?
    /// How the API server is reached from where the kubeconfig is used.
    public var access = Access.tunnel

    /// A cluster of which nothing was asked.
    public init() {}

    /// Where the API server is.
    public struct APIServer: Codable, Sendable, Equatable {
        /// The address that it listens at; nil: the file's, or the container's own.
        public var address: String?
        /// The port that it listens at; nil: the file's, or the default.
        public var port: Int?
        /// More names and addresses for its certificate.
        public var certificateNames: [String] = []

        /// Nothing asked for.
        public init() {}
    }

    /// Requests and limits, as Kubernetes' quantities.
    public struct Resources: Codable, Sendable, Equatable {
        /// The CPU limit.
        public var cpu = Defaults.cpu
        /// The memory limit.
        public var memory = Defaults.memory(isCluster: true)
        /// The limit of what is written.
        public var storage = Defaults.storage(isCluster: true)
        /// The CPU request: what the scheduler reserves. No more than the limit is asked for.
        public var cpuRequest = Defaults.cpuRequest
        /// The memory request.
        public var memoryRequest = Defaults.memoryRequest(isCluster: true)
        /// The request for what is written.
        public var storageRequest = Defaults.storageRequest

        /// The defaults: enough for a cluster of one node and some Pods.
        public init() {}
    }

    /// What restricts the choice of a node of the host cluster.
    public struct Placement: Codable, Sendable, Equatable {
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
        /// Whether who makes room on nodes may end the cluster for it.
        public var evictable = false

        /// No restriction.
        public init() {}
    }

    /// The Pod that owns a cluster.
    public struct OwnerPod: Codable, Sendable, Equatable {
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
    public enum Access: String, Codable, Sendable, CaseIterable {
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

extension ClusterSpec {
    /// kind's file, or what stands for none.
    public var parsed: ParsedCluster { configuration?.parsed ?? .none }
    /// How many nodes there will be.
    public var nodeCount: Int { max(1, parsed.cluster.nodes.count) }
    /// The port that kind's file asks for, to reach the API server at from outside; nil: any.
    public var apiPortOutside: Int? { parsed.cluster.networking.apiServerPort.flatMap { $0 > 0 ? $0 : nil } }
    /// The address that kind's file asks for, to reach the API server at from outside; nil: this machine's own.
    public var apiAddressOutside: String? { parsed.cluster.networking.apiServerAddress }
    /// The image of the container that the cluster is made in.
    public var containerImage: String {
        switch madeBy {
        case .kind: podImage
        case .node: nodeImage ?? Defaults.nodeImage(beside: podImage)
        }
    }
    /// What the container is called that is the node itself: as kind calls its first one; nil: it is none.
    public var nodeHostname: String? {
        madeBy == .node ? "\(name)-\(NodeRole.controlPlane.rawValue)" : nil
    }
    /// How long the cluster may take until it is ready.
    public var wait: Duration { .seconds(waitSeconds) }
    /// How long the Pod may take until it runs.
    public var startTimeout: Duration { .seconds(startSeconds) }
    /// How long the cluster lives once it is ready; nil: until it is deleted.
    public var lifetime: Duration? { lifetimeSeconds.map { .seconds($0) } }
}

public import ClusterSpec
public import EnginePlan

/// What is asked of a cluster.
public struct ClusterOptions: Sendable {
    /// The port of the API server unless another is asked for.
    public static let defaultPort = 30001
    /// The node image where none is asked for and no archive brings one.
    public static let defaultImage = "kinkajou/node:v1.20.2"

    /// The user's own configuration.
    public var file = ParsedCluster.none
    /// The cluster's name; nil: that of the file, or `kind`.
    public var name: String?
    /// The node image; nil: what the file, an archive or the default says.
    public var image: String?
    /// How long all may take from the start of `kind` to the last level of readiness.
    public var wait = Duration.seconds(300)
    /// What has to be ready; nil: nothing is waited for.
    public var level: ReadinessLevel? = .pod
    /// Whether a cluster that failed stays for inspection until the session is stopped.
    public var retain = false
    /// The kubeconfig file that is written.
    public var kubeconfig = "/root/.kube/config"
    /// The address of the API server; nil: this container's own.
    public var address: String?
    /// The port of the API server.
    public var port: Int?
    /// More names and addresses for the API server's certificate.
    public var certificateNames: [String] = []
    /// The Pods' network; nil: planned.
    public var podSubnet: String?
    /// The Services' network; nil: planned.
    public var serviceSubnet: String?
    /// A file or directory with archives of the node image; nil: `/images`.
    public var imageArchive: String?
    /// Where the logs of every part go at the end; nil: nowhere.
    public var logDirectory: String?
    /// Where the phases go as JSON; nil: nowhere.
    public var tracePath: String?
    /// Whether to say at the end where the time went.
    public var isVerbose = false
    /// What is asked of the engine below.
    public var engine: DindSettings
    /// The file of dockerd's log.
    public var engineLog: String

    /// Options with nothing asked for.
    public init(engine: DindSettings, engineLog: String) {
        self.engine = engine
        self.engineLog = engineLog
    }
}

/// How ready a cluster is; each level needs those before it.
public enum ReadinessLevel: String, Sendable, CaseIterable, Comparable {
    /// The API server says that it is ready.
    case api
    /// Every node is Ready.
    case node
    /// A name resolves from inside a Pod's network.
    case dns
    /// Pods can be made in the default namespace.
    case serviceAccount = "service-account"
    /// A Pod has run to its end.
    case pod

    /// Whether a level comes before another.
    public static func < (first: ReadinessLevel, second: ReadinessLevel) -> Bool {
        allCases.firstIndex(of: first) ?? 0 < allCases.firstIndex(of: second) ?? 0
    }

    /// What is waited for, in words.
    var title: String {
        switch self {
        case .api: "the API server"
        case .node: "the nodes"
        case .dns: "the cluster's DNS"
        case .serviceAccount: "the default service account"
        case .pod: "a first Pod"
        }
    }
}

public import HostFacts

/// What the command line, the environment and the facts of the Pod say about a cluster, beside its file.
public struct ClusterSettings: Sendable, Equatable {
    /// The port of the API server where nobody chose one.
    public static let defaultAPIServerPort = 30001

    // What the user asked for: stronger than the file.

    /// The name of the cluster.
    public var name: String?
    /// The image of every node.
    public var nodeImage: String?
    /// The address at which the API server listens.
    public var apiServerAddress: String?
    /// The port at which it listens.
    public var apiServerPort: Int?
    /// More names and addresses for the API server's certificate.
    public var certSANs: [String] = []
    /// The network of the Pods.
    public var podSubnet: String?
    /// The network of the Services.
    public var serviceSubnet: String?
    /// For registries, by host name, the URLs to ask first, in order.
    public var registryMirrors: [String: [String]] = [:]
    /// Registries, as `host` or `host:port`, that have no certificate or one that nobody vouches for.
    public var insecureRegistries: [String] = []

    // What the Pod is like: weaker than the file.

    /// The address of the Pod: where the API server listens unless somebody chose another one.
    public var podAddress: String?
    /// The host's own name, for the certificate.
    public var hostName: String?
    /// Networks that are in use outside the cluster.
    public var takenNetworks: [IPv4Network] = []
    /// The MTU of the network that the nodes will be on.
    public var mtu: Int?
    /// Whether variables for proxies are set.
    public var hasProxy = false
    /// The version of Kubernetes in the node image; `nil`: that of the image's tag.
    public var kubernetesVersion: KubernetesVersion?
    /// Where the OCI wrapper is at the host, if nodes need it.
    public var wrapperPath: String?
    /// The driver of the node image, if it is not the one that kind takes for its version.
    public var cgroupDriver: CgroupDriver?
    /// A directory at the host for the files that nodes read about registries.
    public var registryDirectory = "/run/kinkajou/certs.d"

    /// No wishes, and nothing known.
    public init() {}
}

/// Who decided something.
public enum ConfigSource: String, Sendable, Codable, CaseIterable {
    /// An option or a variable.
    case setting
    /// The user's configuration file.
    case file
    /// Kinkajou, from the facts.
    case kinkajou
    /// kind, by its own defaults.
    case kind
}

/// One thing that was decided about a cluster, and why.
public struct ConfigDecision: Sendable, Equatable, Codable {
    /// The field, such as `networking.podSubnet`.
    public var field: String
    /// What was chosen.
    public var value: String
    /// Why, in a sentence.
    public var reason: String
    /// Who decided.
    public var source: ConfigSource
}

/// A file that has to be at the host before the cluster is made.
public struct PlannedFile: Sendable, Equatable, Codable {
    /// Its absolute path.
    public var path: String
    /// What is in it.
    public var contents: String
}

/// The configuration to give to kind, what was decided on the way to it, and what else it needs.
public struct ClusterPlan: Sendable, Equatable {
    /// The configuration.
    public var cluster: Cluster
    /// The version of Kubernetes, as far as it is known.
    public var kubernetesVersion: KubernetesVersion?
    /// What was decided, and why.
    public var decisions: [ConfigDecision] = []
    /// What works, with a loss that is named.
    public var warnings: [ConfigProblem] = []
    /// Files to write before kind runs.
    public var files: [PlannedFile] = []

    /// Merges the settings into the user's configuration: settings win over the file, the file over our defaults.
    ///
    /// - Throws: ``ClusterConfigError`` with everything that is wrong with the result.
    public init(_ parsed: ParsedCluster = .none, settings: ClusterSettings) throws(ClusterConfigError) {
        var planner = ClusterPlanner(parsed: parsed, settings: settings)
        self = try planner.makePlan()
    }

    init(cluster: Cluster) {
        self.cluster = cluster
    }

    /// Where the API server is reached from outside; nil where that is not known before it runs. kind itself
    /// writes the first of the addresses at which Docker publishes the port.
    public var serverURL: String? {
        let networking = cluster.networking
        guard let port = networking.apiServerPort, port > 0, let text = networking.apiServerAddress,
            let address = IPAddress(text), !address.isWildcard
        else { return nil }
        return "https://\(address.isIPv4 ? text : "[\(text)]"):\(port)"
    }
}

public import HostFacts

/// What the place is like that a cluster is made in: weaker than what was asked for.
public struct ClusterSurroundings: Sendable, Equatable {
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
    /// What it is made with; the version of an image that is not in it is that of its tag.
    public var facts = ClusterFacts()
    /// Where the OCI wrapper is at the host, if nodes need it.
    public var wrapperPath: String?
    /// The driver of the node image, if it is not the one that kind takes for its version.
    public var cgroupDriver: CgroupDriver?
    /// A directory at the host for the files that nodes read about registries.
    public var registryDirectory = "/run/kinkajou/certs.d"

    /// Nothing known.
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

/// A file or directory that has to be at the host before the cluster is made.
public struct PlannedFile: Sendable, Equatable {
    /// Its absolute path.
    public var path: String
    /// What is in it; nil: it is a directory.
    public var contents: [UInt8]?
    /// Its permission bits.
    public var mode: UInt32

    /// What is in it, as text.
    var text: String { String(decoding: contents ?? [], as: UTF8.self) }
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
    /// The versions of the node images, as far as they are known.
    public var versions: [String: KubernetesVersion] = [:]
    /// What was set on the way that a person should know of, a line each.
    public var notices: [String] = []
    /// The feature gates that were asked for: only the node image knows whether there are such.
    public var featureGates: [FeatureGate] = []
    /// Files to write before kind runs.
    public var files: [PlannedFile] = []

    /// Merges the spec into kind's file: the spec wins over the file, the file over what the place suggests.
    ///
    /// - Parameter parsed: The file; nil: the spec's.
    /// - Throws: ``ClusterConfigError`` with everything that is wrong with the result.
    public init(
        _ spec: ClusterSpec, file parsed: ParsedCluster? = nil, in place: ClusterSurroundings
    ) throws(ClusterConfigError) {
        var planner = ClusterPlanner(parsed: parsed ?? spec.parsed, spec: spec, place: place)
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

/// A cluster as kind's `kind.x-k8s.io/v1alpha4` describes it.
///
/// The fields and their meaning are kind's: `pkg/apis/config/v1alpha4/types.go` of sigs.k8s.io/kind. What is not set
/// is `nil` or empty here; ``withKindDefaults()`` fills in what kind would.
public struct Cluster: Sendable, Equatable {
    /// The `apiVersion` of the files that are read and written.
    public static let apiVersion = "kind.x-k8s.io/v1alpha4"

    /// The name of the cluster.
    public var name: String?
    /// The nodes; none stands for one control plane.
    public var nodes: [Node] = []
    /// The networks of the cluster, and where its API server is reached.
    public var networking = Networking()
    /// Feature gates for every component of Kubernetes.
    public var featureGates: [String: Bool] = [:]
    /// What becomes `--runtime-config` of the API server.
    public var runtimeConfig: [String: String] = [:]
    /// Merge patches (RFC 7386) for the documents that kubeadm is given.
    public var kubeadmConfigPatches: [String] = []
    /// JSON patches (RFC 6902) for the documents that kubeadm is given.
    public var kubeadmConfigPatchesJSON6902: [TargetedJSONPatch] = []
    /// Merge patches, in TOML, for containerd's configuration.
    public var containerdConfigPatches: [String] = []
    /// JSON patches (RFC 6902) for containerd's configuration.
    public var containerdConfigPatchesJSON6902: [String] = []

    /// A cluster with nothing set.
    public init() {}

    /// How many nodes have the given role; a cluster with no nodes counts as one control plane.
    public func count(of role: NodeRole) -> Int {
        nodes.isEmpty ? (role == .controlPlane ? 1 : 0) : nodes.count { $0.role == role }
    }

    /// The cluster that kind makes of this one: everything that kind decides by itself is set,
    /// except for the node image, which depends on the version of kind.
    public func withKindDefaults() -> Cluster {
        var cluster = self
        cluster.name = name ?? "kind"
        if nodes.isEmpty { cluster.nodes = [Node()] }
        let family = networking.ipFamily
        cluster.networking.apiServerAddress =
            networking.apiServerAddress ?? (family == .ipv6 ? "::1" : "127.0.0.1")
        cluster.networking.podSubnet =
            networking.podSubnet ?? family.select(ipv4: "10.244.0.0/16", ipv6: Networking.podSubnetIPv6)
        cluster.networking.serviceSubnet =
            networking.serviceSubnet
            ?? family.select(ipv4: "10.96.0.0/16", ipv6: Networking.serviceSubnetIPv6)
        return cluster
    }
}

/// What a node does in the cluster.
public enum NodeRole: String, Sendable, CaseIterable {
    /// It runs the control plane.
    case controlPlane = "control-plane"
    /// It runs Pods alone.
    case worker
}

/// A node of the cluster: one container.
public struct Node: Sendable, Equatable {
    /// What it does.
    public var role: NodeRole
    /// Its image.
    public var image: String?
    /// Labels for the node.
    public var labels: [String: String] = [:]
    /// Paths of the host that the node sees.
    public var extraMounts: [Mount] = []
    /// Ports of the node that are reached at the host.
    public var extraPortMappings: [PortMapping] = []
    /// Merge patches of this node, applied after the cluster's.
    public var kubeadmConfigPatches: [String] = []
    /// JSON patches of this node, applied after the cluster's.
    public var kubeadmConfigPatchesJSON6902: [TargetedJSONPatch] = []

    /// A node with a role and, if it has one of its own, an image.
    public init(role: NodeRole = .controlPlane, image: String? = nil) {
        self.role = role
        self.image = image
    }
}

/// How mounts are passed on between a node and its host.
public enum MountPropagation: String, Sendable, CaseIterable {
    /// Not at all.
    case none = "None"
    /// From the host to the node.
    case hostToContainer = "HostToContainer"
    /// Both ways.
    case bidirectional = "Bidirectional"
}

/// A path of the host that a node sees.
public struct Mount: Sendable, Equatable {
    /// The path at the host.
    public var hostPath: String
    /// The path in the node.
    public var containerPath: String
    /// Whether the node may not write to it.
    public var readOnly: Bool
    /// Whether it gets a label of SELinux.
    public var selinuxRelabel: Bool
    /// How mounts below it are passed on.
    public var propagation: MountPropagation?

    /// A mount.
    public init(
        hostPath: String, containerPath: String, readOnly: Bool = false, selinuxRelabel: Bool = false,
        propagation: MountPropagation? = nil
    ) {
        self.hostPath = hostPath
        self.containerPath = containerPath
        self.readOnly = readOnly
        self.selinuxRelabel = selinuxRelabel
        self.propagation = propagation
    }
}

/// The protocol of a port.
public enum PortProtocol: String, Sendable, CaseIterable {
    /// TCP.
    case tcp = "TCP"
    /// UDP.
    case udp = "UDP"
    /// SCTP.
    case sctp = "SCTP"
}

/// A port of a node that is reached at the host.
public struct PortMapping: Sendable, Equatable {
    /// The port in the node.
    public var containerPort: Int
    /// The port at the host; `nil` or 0: kind picks a free one; -1: the container engine does.
    public var hostPort: Int?
    /// The address at the host; `nil` for all of them.
    public var listenAddress: String?
    /// The protocol; `nil` for TCP.
    public var `protocol`: PortProtocol?

    /// A port mapping.
    public init(
        containerPort: Int, hostPort: Int? = nil, listenAddress: String? = nil,
        protocol: PortProtocol? = nil
    ) {
        self.containerPort = containerPort
        self.hostPort = hostPort
        self.listenAddress = listenAddress
        self.protocol = `protocol`
    }
}

/// A JSON patch (RFC 6902), and the document that it is for.
public struct TargetedJSONPatch: Sendable, Equatable {
    /// The API group of the document; empty with an empty version: of any.
    public var group: String
    /// The version of the document's API.
    public var version: String
    /// The kind of the document.
    public var kind: String
    /// The patch, in JSON or YAML.
    public var patch: String

    /// A patch and its target.
    public init(group: String = "", version: String = "", kind: String, patch: String) {
        self.group = group
        self.version = version
        self.kind = kind
        self.patch = patch
    }

    /// The `apiVersion` that kind compares with the document's, as kind puts it together.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

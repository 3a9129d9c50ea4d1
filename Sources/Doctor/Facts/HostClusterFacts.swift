/// What a host cluster is like, as far as the checks ask. Whoever reads it leaves empty what it may not see,
/// and names that in `unreadable`.
public struct HostClusterFacts: Sendable, Equatable {
    /// Something that a user may or may not do in the namespace (SelfSubjectAccessReview).
    public struct Permission: Sendable, Equatable {
        /// Such as `create`.
        public var verb: String
        /// The resource with its subresource, such as `pods/exec`.
        public var resource: String
        /// Whether it is allowed.
        public var isAllowed: Bool

        /// A permission from its parts.
        public init(verb: String, resource: String, isAllowed: Bool) {
            self.verb = verb
            self.resource = resource
            self.isAllowed = isAllowed
        }
    }

    /// A ResourceQuota.
    public struct Quota: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// What may be used, such as `requests.memory: 4Gi`.
        public var hard: [String: String]
        /// What is used.
        public var used: [String: String]

        /// A quota from its parts.
        public init(name: String, hard: [String: String], used: [String: String]) {
            self.name = name
            self.hard = hard
            self.used = used
        }
    }

    /// What a LimitRange says of one kind of thing.
    public struct LimitRange: Sendable, Equatable {
        /// The LimitRange's name.
        public var name: String
        /// `Container`, `Pod` or `PersistentVolumeClaim`.
        public var type: String
        /// The most that may be asked for.
        public var max: [String: String]
        /// The least.
        public var min: [String: String]

        /// A limit from its parts.
        public init(name: String, type: String, max: [String: String] = [:], min: [String: String] = [:]) {
            self.name = name
            self.type = type
            self.max = max
            self.min = min
        }
    }

    /// A PodSecurityPolicy (Kubernetes 1.24 and older).
    public struct PodSecurityPolicy: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Whether it lets privileged containers in.
        public var allowsPrivileged: Bool
        /// Whether this user may use it.
        public var isUsable: Bool

        /// A policy from its parts.
        public init(name: String, allowsPrivileged: Bool, isUsable: Bool) {
            self.name = name
            self.allowsPrivileged = allowsPrivileged
            self.isUsable = isUsable
        }
    }

    /// A node.
    public struct Node: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Whether it is Ready.
        public var isReady: Bool
        /// Whether it takes no new Pods, or only those that tolerate something.
        public var isClosed: Bool
        /// Its kernel.
        public var kernel: String
        /// Go's name of its architecture.
        public var architecture: String
        /// Its container runtime, such as `containerd://1.7.2`.
        public var runtime: String
        /// Its kubelet's version.
        public var kubelet: String
        /// What Pods may use: `cpu`, `memory`, `ephemeral-storage`, `pods`.
        public var allocatable: [String: String]
        /// The conditions of pressure that hold, such as `DiskPressure`.
        public var pressures: [String]
        /// Its firmware's identifier.
        public var systemUUID: String
        /// Its machine-id.
        public var machineID: String
        /// The cgroup version, where a probe has told; nil: not known.
        public var cgroupVersion: Int?

        /// A node from its parts.
        public init(
            name: String, isReady: Bool, isClosed: Bool = false, kernel: String = "",
            architecture: String = "", runtime: String = "", kubelet: String = "",
            allocatable: [String: String] = [:], pressures: [String] = [], systemUUID: String = "",
            machineID: String = "", cgroupVersion: Int? = nil
        ) {
            self.name = name
            self.isReady = isReady
            self.isClosed = isClosed
            self.kernel = kernel
            self.architecture = architecture
            self.runtime = runtime
            self.kubelet = kubelet
            self.allocatable = allocatable
            self.pressures = pressures
            self.systemUUID = systemUUID
            self.machineID = machineID
            self.cgroupVersion = cgroupVersion
        }
    }

    /// What the Pod asks for: `cpu`, `memory`, `ephemeral-storage`.
    public struct Needs: Sendable, Equatable {
        /// Its requests.
        public var requests: [String: String]
        /// Its limits.
        public var limits: [String: String]
        /// The architecture of its image; nil: any.
        public var architecture: String?

        /// Needs from their parts.
        public init(requests: [String: String], limits: [String: String], architecture: String? = nil) {
            self.requests = requests
            self.limits = limits
            self.architecture = architecture
        }
    }

    /// The context of the kubeconfig, or the address of the API server.
    public var context: String
    /// The namespace that Pods go to.
    public var namespace: String
    /// What is to be run.
    public var purpose: Purpose
    /// Why the API server did not answer; nil: it did.
    public var failure: String?
    /// Its version, such as `v1.29.3`.
    public var version: String
    /// Whether the namespace is there.
    public var hasNamespace: Bool
    /// Whether the namespace is being deleted.
    public var isTerminating = false
    /// The namespace's labels.
    public var namespaceLabels: [String: String]
    /// What the user may do.
    public var permissions: [Permission]
    /// The quotas of the namespace.
    public var quotas: [Quota]
    /// Its limit ranges.
    public var limitRanges: [LimitRange]
    /// The cluster's Pod security policies; empty where there are none, or where it knows none any more.
    public var policies: [PodSecurityPolicy]
    /// The nodes.
    public var nodes: [Node]
    /// What the Pod asks for.
    public var needs: Needs
    /// Why a dry run of the Pod was refused; nil: it was not, or was not tried.
    public var refusal: String?
    /// What could not be read, with the reason.
    public var unreadable: [String: String]
    /// What became of the probe.
    public var probe: ProbeState

    /// Facts from their parts.
    public init(
        context: String, namespace: String, purpose: Purpose, failure: String? = nil, version: String = "",
        hasNamespace: Bool = true, namespaceLabels: [String: String] = [:], permissions: [Permission] = [],
        quotas: [Quota] = [], limitRanges: [LimitRange] = [], policies: [PodSecurityPolicy] = [],
        nodes: [Node] = [], needs: Needs, refusal: String? = nil,
        unreadable: [String: String] = [:],
        probe: ProbeState = .notAsked
    ) {
        self.context = context
        self.namespace = namespace
        self.purpose = purpose
        self.failure = failure
        self.version = version
        self.hasNamespace = hasNamespace
        self.namespaceLabels = namespaceLabels
        self.permissions = permissions
        self.quotas = quotas
        self.limitRanges = limitRanges
        self.policies = policies
        self.nodes = nodes
        self.needs = needs
        self.refusal = refusal
        self.unreadable = unreadable
        self.probe = probe
    }

    /// The nodes that a Pod could go to.
    var openNodes: [Node] { nodes.filter { $0.isReady && !$0.isClosed } }
}

public import ArgumentParser
internal import ClusterClient
public import ClusterSpec
internal import Linux
internal import Values

/// What a new cluster is to be like.
struct CreationOptions: ParsableArguments, Sendable {
    @OptionGroup var cluster: ClusterOptions

    @Option(help: "How many nodes: one control plane, the others workers.")
    var nodes: Int?

    @Option(help: "How long the Pod may take to be scheduled and to pull its image.")
    var startTimeout = DurationArgument(.seconds(Defaults.startSeconds))

    @Option(help: "The image of the Pod or container (KINKAJOU_POD_IMAGE).")
    var podImage: String?

    @Option(help: "The CPU limit.")
    var cpu = Defaults.cpu

    @Option(help: "The memory limit.")
    var memory = Defaults.memory(isCluster: true)

    @Option(help: "The limit of what is written.")
    var storage = Defaults.storage(isCluster: true)

    @Option(help: "The CPU that the scheduler reserves for the Pod; at most --cpu.")
    var cpuRequest = Defaults.cpuRequest

    @Option(help: "The memory that the scheduler reserves for the Pod; at most --memory.")
    var memoryRequest = Defaults.memoryRequest(isCluster: true)

    @Option(help: "The disk space that the scheduler reserves for the Pod; at most --storage.")
    var storageRequest = Defaults.storageRequest

    @Flag(help: "Let autoscalers end the cluster to make room on its node.")
    var evictable = false

    @Option(help: "A label that the Pod's node must have, KEY=VALUE; may be given more than once.")
    var nodeSelector: [String] = []

    @Option(
        help: "A taint that is tolerated, KEY[=VALUE][:EFFECT], or * for all; may be given more than once.")
    var toleration: [Toleration] = []

    @Option(help: "The runtime class of the Pod.")
    var runtimeClass: String?

    @Option(help: "The service account of the Pod; its token is not mounted.")
    var serviceAccount: String?

    @Option(help: "A Secret with a registry's credentials; may be given more than once.")
    var imagePullSecret: [String] = []

    @Option(
        help: "A variable for the Pod, NAME=VALUE, or NAME for its value here; may be given more than once.")
    var env: [String] = []

    @Option(
        help: """
            What stands for a hostPath of kind's file, PATH=configmap/NAME[/KEY], PATH=secret/NAME[/KEY], or PATH=host \
            for that path of the host cluster's node (default: a copy of what is there on this machine); may be \
            given more than once.
            """)
    var extraMount: [String] = []

    @Option(help: "How long the cluster lives once it is ready, such as 1h; the host cluster ends it then.")
    var ttl: DurationArgument?

    @Option(
        help: """
            The Pod that the cluster ends with: pod/NAME, or none (default: the Pod that this runs in, if any).
            """)
    var owner: OwnerArgument?

    @Option(
        help: """
            How the kubeconfig reaches the API server: tunnel, service, node-port or load-balancer \
            (default: service in a Pod of the host cluster, else tunnel).
            """)
    var access: ClusterSpec.Access?

    @Flag(help: "Name the context kind-NAME, for tools that look for kind's clusters.")
    var kindCompat = false

    @Option(
        help: """
            A file for a picture of the start, also of one that fails; the end of its name says whether it is \
            .html, .json or text.
            """)
    var trace: String?

    func validate() throws {
        if let nodes, !(1...20).contains(nodes) { throw ValidationError("--nodes takes 1 to 20.") }
        if nodes != nil, cluster.config != nil {
            throw ValidationError("--nodes and --config both say how many nodes there are: give one of them.")
        }
        let quantities = [
            ("--cpu", cpu), ("--memory", memory), ("--storage", storage), ("--cpu-request", cpuRequest),
            ("--memory-request", memoryRequest), ("--storage-request", storageRequest),
        ]
        for (option, value) in quantities {
            guard let quantity = Quantity(value), quantity.value > 0, quantity.value < Double(Int64.max)
            else {
                throw ValidationError("\(option) \(value): this is no quantity, such as 2, 500m or 4Gi.")
            }
        }
        for pair in nodeSelector where !pair.contains("=") {
            throw ValidationError("--node-selector \(pair): a label is KEY=VALUE.")
        }
        for pair in env where pair.isEmpty || pair.hasPrefix("=") {
            throw ValidationError("--env \(pair): a variable is NAME=VALUE or NAME.")
        }
        if let ttl, ttl.duration.components.seconds < 1 {
            throw ValidationError("--ttl takes a second at least, such as 1h; leave it out for no limit.")
        }
    }

    /// What is asked for.
    ///
    /// - Parameters:
    ///   - name: The name that was given; nil: that of a variable or the file, or kind's default.
    ///   - usualAccess: How the API server is reached where nothing is said of it.
    ///   - environment: The variables.
    func merged(
        name: String?, usualAccess: ClusterSpec.Access, environment: [String: String] = Environment.all()
    ) throws -> ClusterSpec {
        var merge = SpecMerge(environment: environment)
        if let nodes, nodes > 1 { merge.take(try Self.configuration(nodes: nodes)) }
        try cluster.merge(into: &merge, name: name)
        merge.take(\.podImage, option: podImage, variable: merge.variable("KINKAJOU_POD_IMAGE"))
        merge.take(\.startSeconds, option: startTimeout.duration.components.seconds)
        merge.take(\.resources.cpu, option: cpu)
        merge.take(\.resources.memory, option: memory)
        merge.take(\.resources.storage, option: storage)
        merge.take(\.resources.cpuRequest, option: cpuRequest)
        merge.take(\.resources.memoryRequest, option: memoryRequest)
        merge.take(
            \.placement.nodeSelector,
            option: Dictionary(nodeSelector.map(Self.pair), uniquingKeysWith: { _, last in last }))
        merge.take(\.placement.tolerations, option: toleration)
        merge.take(open: \.placement.runtimeClass, option: runtimeClass)
        merge.take(open: \.placement.serviceAccount, option: serviceAccount)
        merge.take(\.placement.imagePullSecrets, option: imagePullSecret)
        merge.take(\.environment, option: try variables())
        merge.take(open: \.lifetimeSeconds, option: ttl?.duration.components.seconds)
        merge.take(\.access, option: access ?? usualAccess)
        merge.take(\.resources.storageRequest, option: storageRequest)
        merge.take(\.placement.evictable, option: evictable ? true : nil)
        merge.take(\.mounts, option: try mounts(of: merge.spec.parsed))
        try merge.spec.checkEngine(isInside: false)
        if merge.spec.madeBy == .node {
            // The image is what the scheduler and the kubelet have to know, so it is decided here.
            let image = merge.spec.parsed.cluster.nodes.first?.image
            merge.take(
                open: \.nodeImage,
                option: merge.spec.nodeImage ?? image ?? Defaults.nodeImage(beside: merge.spec.podImage))
        }
        let controlPlanes = merge.spec.parsed.cluster.count(of: .controlPlane)
        if let problem = ClusterName.problem(with: merge.spec.name, controlPlanes: controlPlanes) {
            let longest = ClusterName.longest(controlPlanes: controlPlanes)
            throw KinkajouError(
                problem, cure: "names have a-z, 0-9 and dashes, and \(longest) characters at most",
                code: .usage)
        }
        return merge.spec
    }

    /// The Pod that the cluster is to end with.
    var ownerChoice: OwnerChoice {
        switch owner {
        case nil: .own
        case .some(.none): .none
        case .pod(let name): .pod(name)
        }
    }

    private static func pair(_ text: String) -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
    }

    private func variables() throws -> [String: String] {
        var variables: [String: String] = [:]
        for text in env {
            let (name, value) = Self.pair(text)
            guard !text.contains("=") else {
                variables[name] = value
                continue
            }
            guard let own = Environment.value(name) else {
                throw KinkajouError(
                    "--env \(name): this variable is not set here",
                    cure: "set it, or give --env \(name)=VALUE",
                    code: .usage)
            }
            variables[name] = own
        }
        return variables
    }

    /// The sources that are chosen, by the paths of kind's file.
    private func mounts(of file: ParsedCluster) throws -> [String: MountSource] {
        let paths = Set(file.cluster.nodes.flatMap(\.extraMounts).map(\.hostPath))
        var mounts: [String: MountSource] = [:]
        for text in extraMount {
            guard let split = text.lastIndex(of: "="),
                let source = MountSource(
                    String(text[text.index(after: split)...]), for: String(text[..<split]))
            else {
                throw KinkajouError(
                    "--extra-mount \(text): this is none of PATH=configmap/NAME[/KEY], PATH=secret/NAME[/KEY] and PATH=host",
                    cure: "give one of these; a PATH for host is absolute", code: .usage)
            }
            let path = String(text[..<split])
            guard paths.contains(path) else {
                let known = paths.sorted().joined(separator: ", ")
                throw KinkajouError(
                    "--extra-mount \(text): \(file.file ?? "kind's file") has no extraMounts with this hostPath",
                    cure: known.isEmpty
                        ? "give --config with a file that has it" : "write the path as in the file: \(known)",
                    code: .usage)
            }
            mounts[path] = source
        }
        return mounts
    }

    private static func configuration(nodes: Int) throws -> KindConfiguration {
        var cluster = Cluster()
        cluster.nodes = [Node(role: .controlPlane)] + (1..<nodes).map { _ in Node(role: .worker) }
        return try KindConfiguration(text: cluster.yaml(), file: "--nodes")
    }
}

extension Toleration: ExpressibleByArgument {
    /// Reads a toleration from the command line.
    public init?(argument: String) { self.init(argument) }
}

extension ClusterSpec.Access: ExpressibleByArgument {}

/// `pod/NAME`, or `none`.
enum OwnerArgument: ExpressibleByArgument, Sendable {
    case none
    case pod(String)

    init?(argument: String) {
        if argument == "none" {
            self = .none
        } else if argument.hasPrefix("pod/"), argument.count > 4 {
            self = .pod(String(argument.dropFirst(4)))
        } else {
            return nil
        }
    }
}

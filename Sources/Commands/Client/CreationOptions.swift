internal import ArgumentParser
internal import ClusterClient
internal import ClusterSpec
internal import EnginePlan
internal import Linux
internal import NestedCluster
internal import Values

/// What a new cluster is to be like.
struct CreationOptions: ParsableArguments, Sendable {
    @Option(help: "A cluster configuration in kind's format (kind.x-k8s.io/v1alpha4); - is stdin.")
    var config: String?

    @Option(help: "The node image (default: the one that the Pod's image brings along).")
    var image: String?

    @Option(help: "How many nodes: one control plane, the others workers.")
    var nodes: Int?

    @Option(
        help: "How long the cluster may take until it is ready, such as 5m; 0s: do not wait for readiness.")
    var wait = DurationArgument(.seconds(300))

    @Option(help: "What has to be ready: api, node, dns, service-account, pod, or none.")
    var waitFor = LevelArgument(level: .pod)

    @Option(help: "How long the Pod may take to be scheduled and to pull its image.")
    var startTimeout = DurationArgument(.seconds(600))

    @Flag(help: "Keep a cluster that failed for inspection.")
    var retain = false

    @Option(help: "The image of the Pod or container (KINKAJOU_POD_IMAGE).")
    var podImage: String?

    @Option(help: "The CPU limit.")
    var cpu = "2"

    @Option(help: "The memory limit.")
    var memory = "4Gi"

    @Option(help: "The limit of what is written.")
    var storage = "20Gi"

    @Option(help: "The CPU that the scheduler reserves for the Pod; at most --cpu.")
    var cpuRequest = "500m"

    @Option(help: "The memory that the scheduler reserves for the Pod; at most --memory.")
    var memoryRequest = "1Gi"

    @Option(help: "A label that the Pod's node must have, KEY=VALUE; may be given more than once.")
    var nodeSelector: [String] = []

    @Option(
        help: "A taint that is tolerated, KEY[=VALUE][:EFFECT], or * for all; may be given more than once.")
    var toleration: [TolerationArgument] = []

    @Option(help: "The runtime class of the Pod.")
    var runtimeClass: String?

    @Option(help: "The service account of the Pod; its token is not mounted.")
    var serviceAccount: String?

    @Option(help: "A Secret with a registry's credentials; may be given more than once.")
    var imagePullSecret: [String] = []

    @Option(
        help: "A variable for the Pod, NAME=VALUE, or NAME for its value here; may be given more than once.")
    var env: [String] = []

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
    var access: AccessArgument?

    @Option(help: "A name or address for the API server's certificate; may be given more than once.")
    var certSan: [String] = []

    @Flag(help: "Name the context kind-NAME, for tools that look for kind's clusters.")
    var kindCompat = false

    func validate() throws {
        if let nodes, !(1...20).contains(nodes) { throw ValidationError("--nodes takes 1 to 20.") }
        if nodes != nil, config != nil {
            throw ValidationError("--nodes and --config both say how many nodes there are: give one of them.")
        }
        let quantities = [
            ("--cpu", cpu), ("--memory", memory), ("--storage", storage), ("--cpu-request", cpuRequest),
            ("--memory-request", memoryRequest),
        ]
        for (option, value) in quantities {
            guard let quantity = Quantity(value), quantity.value > 0 else {
                throw ValidationError("\(option) \(value): this is no quantity, such as 2, 500m or 4Gi.")
            }
        }
        for pair in nodeSelector where !pair.contains("=") {
            throw ValidationError("--node-selector \(pair): a label is KEY=VALUE.")
        }
    }

    /// The request.
    ///
    /// - Parameters:
    ///   - name: The name that was given; nil: the file's, or kind's default.
    ///   - isInHostCluster: Whether this runs in a Pod of the host cluster.
    func request(name: String?, isInHostCluster: Bool) throws -> ClusterRequest {
        let file = try parsedFile()
        let name = name ?? Environment.value("KIND_CLUSTER_NAME") ?? file?.parsed.cluster.name ?? "kind"
        if let problem = ClusterName.problem(with: name) {
            throw KinkajouError(
                "\(problem)",
                cure: "names have a-z, 0-9 and dashes, and \(ClusterName.longest) characters at most",
                code: .usage)
        }
        var request = ClusterRequest(name: name, podImage: chosenPodImage)
        request.nodeImage = image ?? Environment.value("KIND_NODE_IMAGE")
        if let nodes {
            request.nodeCount = nodes
            if nodes > 1 { request.configuration = Self.configuration(nodes: nodes) }
        }
        if let file {
            let cluster = file.parsed.cluster
            request.configuration = file.text
            request.nodeCount = max(1, cluster.nodes.count)
            request.publishedPorts = cluster.nodes.flatMap(\.extraPortMappings)
            request.localPort = cluster.networking.apiServerPort.flatMap { $0 > 0 ? $0 : nil }
            try refuseMounts(of: cluster, file: file.parsed.file ?? "the configuration")
        }
        request.waitFor = wait.duration == .zero ? "none" : waitFor.level?.rawValue ?? "none"
        request.wait = wait.duration == .zero ? .seconds(300) : wait.duration
        request.startTimeout = startTimeout.duration
        request.retain = retain
        request.resources.cpu = cpu
        request.resources.memory = memory
        request.resources.storage = storage
        request.resources.cpuRequest = cpuRequest
        request.resources.memoryRequest = memoryRequest
        request.placement.nodeSelector = Dictionary(
            nodeSelector.map(Self.pair), uniquingKeysWith: { _, last in last })
        request.placement.tolerations = toleration.map(\.toleration)
        request.placement.runtimeClass = runtimeClass
        request.placement.serviceAccount = serviceAccount
        request.placement.imagePullSecrets = imagePullSecret
        request.environment = try variables()
        request.timeToLive = ttl?.duration
        request.access = access?.access ?? (isInHostCluster ? .service : .tunnel)
        request.certificateNames = certSan
        return request
    }

    private var chosenPodImage: String {
        podImage ?? Environment.value("KINKAJOU_POD_IMAGE").flatMap { $0.isEmpty ? nil : $0 }
            ?? "kinkajou/pod:latest"
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

    private func parsedFile() throws -> (text: String, parsed: ParsedCluster)? {
        guard let config else { return nil }
        do {
            let text = try Files.read(config == "-" ? "/dev/stdin" : config)
            return (text, try ParsedCluster(yaml: text, file: config))
        } catch let error as SystemError {
            throw KinkajouError(
                "\(error)", cure: "correct --config, or make the file readable",
                code: .usage)
        } catch let error as ClusterConfigError {
            throw KinkajouError(
                "the configuration \(config) is not valid", cure: "correct the file",
                evidence: error.problems.map { "\($0)" }, code: .usage)
        }
    }

    /// A path of the host is one of the Pod's here, and there is nothing in it.
    private func refuseMounts(of cluster: Cluster, file: String) throws {
        guard let mount = cluster.nodes.flatMap(\.extraMounts).first else { return }
        throw KinkajouError(
            "\(file): extraMounts of \(mount.hostPath): nodes see the files of their Pod, not those of this machine",
            cure:
                "leave extraMounts out; bring files as images (`kinkajou load`) or as ConfigMaps of the cluster",
            code: .usage)
    }

    private static func configuration(nodes: Int) -> String {
        var cluster = Cluster()
        cluster.nodes = [Node(role: .controlPlane)] + (1..<nodes).map { _ in Node(role: .worker) }
        return cluster.yaml()
    }
}

/// A toleration on the command line.
struct TolerationArgument: ExpressibleByArgument, Sendable {
    /// The toleration.
    var toleration: Toleration

    init?(argument: String) {
        guard let toleration = Toleration(argument) else { return nil }
        self.toleration = toleration
    }
}

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

/// How the API server is reached.
enum AccessArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
    case tunnel, service
    case nodePort = "node-port"
    case loadBalancer = "load-balancer"

    /// The same for providers.
    var access: ClusterRequest.Access {
        switch self {
        case .tunnel: .tunnel
        case .service: .service
        case .nodePort: .nodePort
        case .loadBalancer: .loadBalancer
        }
    }
}

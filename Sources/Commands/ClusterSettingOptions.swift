internal import ArgumentParser
internal import ClusterSpec
internal import EnginePlan
internal import Glibc
internal import Linux
internal import NestedCluster
internal import Values

/// The options that shape the cluster.
struct ClusterSettingOptions: ParsableArguments, Sendable {
    @Option(help: "The cluster's name (KIND_CLUSTER_NAME; default: the file's, or kind).")
    var name: String?

    @Option(help: "The node image of every node (KIND_NODE_IMAGE; default: what an archive brings).")
    var image: String?

    @Option(help: "A cluster configuration in kind's format (kind.x-k8s.io/v1alpha4); - is stdin.")
    var config: String?

    @Option(help: "How long the cluster may take from its start until it is ready, such as 5m.")
    var wait = DurationArgument(.seconds(300))

    @Option(help: "What has to be ready: api, node, dns, service-account, pod, or none.")
    var waitFor = LevelArgument(level: .pod)

    @Flag(help: "Keep a cluster that failed for inspection, until stopped.")
    var retain = false

    @Option(help: "The kubeconfig file to write (KUBECONFIG; default: ~/.kube/config).")
    var kubeconfig: String?

    @Option(help: "The API server's address (API_SERVER_ADDRESS; default: this container's own).")
    var apiServerAddress: String?

    @Option(help: "The API server's port (default: the file's, or 30001).")
    var apiServerPort: Int?

    @Option(
        help: "A name or address for the API server's certificate (CERT_SANS); may be given more than once.")
    var certSan: [String] = []

    @Option(help: "The Pods' network (default: 10.245.0.0/16, or one that is free).")
    var podSubnet: String?

    @Option(help: "The Services' network (default: 10.246.0.0/16, or one that is free).")
    var serviceSubnet: String?

    @Option(help: "An archive of the node image, or a directory of archives (default: /images).")
    var imageArchive: String?

    @Option(help: "A directory for the logs of every part, written at the end, also after a failure.")
    var exportLogs: String?

    @Option(help: "A file for the phases and their times, as JSON.")
    var trace: String?

    /// The options, with those of the environment; the file is read and checked.
    func options(
        engine: DindSettings, engineLog: String, environment: [String: String] = Environment.all()
    ) throws -> ClusterOptions {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        var options = ClusterOptions(engine: engine, engineLog: engineLog)
        options.name = name ?? variable("KIND_CLUSTER_NAME")
        options.image = image ?? variable("KIND_NODE_IMAGE")
        options.address = apiServerAddress ?? variable("API_SERVER_ADDRESS")
        options.port = apiServerPort
        options.certificateNames =
            certSan.isEmpty
            ? (variable("CERT_SANS") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
            : certSan
        options.podSubnet = podSubnet
        options.serviceSubnet = serviceSubnet
        guard wait.duration > .zero else {
            throw KinkajouError(
                "--wait 0 leaves no time", cure: "to wait for nothing use --wait-for none", code: .usage)
        }
        options.wait = wait.duration
        options.level = waitFor.level
        options.retain = retain
        options.imageArchive = imageArchive
        options.logDirectory = exportLogs
        options.tracePath = trace
        let home = variable("HOME") ?? "/root"
        let first = variable("KUBECONFIG")?.split(separator: ":").first.map(String.init)
        options.kubeconfig = kubeconfig ?? first ?? home + "/.kube/config"
        if let config { options.file = try parsed(config) }
        return options
    }

    private func parsed(_ path: String) throws -> ParsedCluster {
        do {
            return try ParsedCluster(yaml: try Files.read(path == "-" ? "/dev/stdin" : path), file: path)
        } catch let error as SystemError {
            throw KinkajouError("\(error)", cure: "correct --config, or make the file readable", code: .usage)
        }
    }
}

/// A level of readiness, or `none`.
struct LevelArgument: ExpressibleByArgument, Sendable {
    /// The level; nil: none.
    var level: ReadinessLevel?

    init(level: ReadinessLevel?) {
        self.level = level
    }

    init?(argument: String) {
        guard argument != "none" else { return }
        guard let level = ReadinessLevel(rawValue: argument) else { return nil }
        self.level = level
    }

    static var allValueStrings: [String] { ReadinessLevel.allCases.map(\.rawValue) + ["none"] }
    var defaultValueDescription: String { level?.rawValue ?? "none" }
}

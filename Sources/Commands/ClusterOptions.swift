public import ArgumentParser
public import ClusterSpec
internal import Linux
internal import Values

/// What a cluster is to be like, wherever it is made: in this container, in a Pod of a host cluster, or in a local
/// Docker. Each option is one line of ``merge(into:name:)``.
struct ClusterOptions: ParsableArguments, Sendable {
    @Option(help: "A cluster configuration in kind's format (kind.x-k8s.io/v1alpha4); - is stdin.")
    var config: String?

    @Option(
        help:
            "How it is made (KINKAJOU_ENGINE): by kind in a Docker engine (kind, the default), or with the Pod or container as its node (node)."
    )
    var engine: ClusterEngine?

    @Option(help: "The node image of every node (KIND_NODE_IMAGE; default: what an archive brings).")
    var image: String?

    @Option(
        help: "How long the cluster may take until it is ready, such as 5m; 0s: do not wait for readiness.")
    var wait: DurationArgument?

    @Option(help: "What has to be ready: api, node, dns, service-account, pod (the default), or none.")
    var waitFor: ReadinessLevel?

    @Flag(help: "Keep a cluster that failed for inspection.")
    var retain = false

    @Option(
        help: "A name or address for the API server's certificate (CERT_SANS); may be given more than once.")
    var certSan: [String] = []

    @Option(help: "The Pods' network (default: 10.245.0.0/16, or one that is free).")
    var podSubnet: String?

    @Option(help: "The Services' network (default: 10.246.0.0/16, or one that is free).")
    var serviceSubnet: String?

    /// Merges them with their variables and with kind's file.
    ///
    /// - Parameter name: The option of the cluster's name, which some commands have for themselves.
    /// - Throws: `ClusterConfigError`, or `KinkajouError` where the file cannot be read.
    func merge(into merge: inout SpecMerge, name: String?) throws {
        merge.take(try config.map(Self.configuration))
        merge.take(\.name, option: name, variable: merge.variable("KIND_CLUSTER_NAME"))
        merge.take(\.madeBy, option: engine, variable: try merge.variable("KINKAJOU_ENGINE").map(Self.engine))
        merge.take(open: \.nodeImage, option: image, variable: merge.variable("KIND_NODE_IMAGE"))
        // kind's `--wait 0s` waits for nothing.
        let isInstant = wait?.duration == .zero
        merge.take(\.waitSeconds, option: isInstant ? nil : wait?.duration.components.seconds)
        merge.take(\.waitFor, option: isInstant ? ReadinessLevel.none : waitFor)
        merge.take(\.retain, option: retain ? true : nil)
        let names = merge.variable("CERT_SANS") ?? ""
        merge.take(
            list: \.apiServer.certificateNames, option: certSan,
            variable: names.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init))
        merge.take(open: \.podSubnet, option: podSubnet)
        merge.take(open: \.serviceSubnet, option: serviceSubnet)
    }

    private static func engine(_ word: String) throws -> ClusterEngine {
        if let engine = ClusterEngine(rawValue: word) { return engine }
        let known = ClusterEngine.allCases.map(\.rawValue).joined(separator: " or ")
        throw KinkajouError(
            "KINKAJOU_ENGINE is \(word): there is no such engine", cure: "set it to \(known), or unset it",
            code: .usage)
    }

    private static func configuration(_ path: String) throws -> KindConfiguration {
        let text: String
        do {
            text = try Files.read(path == "-" ? "/dev/stdin" : path)
        } catch {
            throw KinkajouError(
                "\(error)", cure: "correct --config, or make the file readable", code: .usage)
        }
        return try KindConfiguration(text: text, file: path)
    }
}

extension ClusterEngine: ExpressibleByArgument {}
extension ReadinessLevel: ExpressibleByArgument {}

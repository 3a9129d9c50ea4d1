internal import ArgumentParser
internal import ClusterSpec
internal import Console

/// `kinkajou manifest`.
struct ManifestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manifest",
        abstract: "Print a manifest of a Pod or Job with a Docker engine or a cluster in it.",
        usage: "kinkajou manifest <kind> [<options>] [-- <command> ...]",
        discussion: """
            EXAMPLES
              kinkajou manifest cluster | kubectl apply -f -
              kinkajou manifest cluster --engine node | kubectl apply -f -
              kinkajou manifest cluster --job -- make e2e | kubectl apply -f -
              kinkajou manifest dind --sidecar docker:cli --job -- docker version | kubectl apply -f -
            """
    )

    @Argument(help: "What runs in it: dind or cluster.")
    var kind: ManifestKind

    @Option(help: "The name of the Pod or Job.")
    var name: String?

    @Option(help: "Its namespace.")
    var namespace: String?

    @Option(help: "The image.")
    var image = Defaults.podImage

    @Option(
        help: "How a cluster is made: by kind in a Docker engine (kind), or with the Pod as its node (node).")
    var engine = ClusterEngine.kind

    @Option(help: "The node image of the cluster.")
    var nodeImage: String?

    @Option(help: "A directory of the machine with archives of the node image, mounted at /images.")
    var imageDirectory: String?

    @Option(help: "The CPU limit.")
    var cpu = Defaults.cpu

    @Option(help: "The memory limit (default: 2Gi for dind, 4Gi for a cluster).")
    var memory: String?

    @Option(help: "The limit of what is written (default: 10Gi for dind, 20Gi for a cluster).")
    var storage: String?

    @Flag(help: "A Job that ends with the command's exit status, instead of a Pod.")
    var job = false

    @Option(
        help: "The image of the container that runs the command; the engine is a native sidecar beside it.")
    var sidecar: String?

    @Argument(parsing: .postTerminator, help: "The command to run, after --.")
    var command: [String] = []

    enum ManifestKind: String, ExpressibleByArgument, CaseIterable {
        case dind, cluster
    }

    func validate() throws {
        if kind == .dind, nodeImage != nil || imageDirectory != nil {
            throw ValidationError("--node-image and --image-directory are for clusters.")
        }
        if kind == .dind, engine == .node {
            throw ValidationError("--engine node is for clusters.")
        }
        if engine == .node, imageDirectory != nil {
            throw ValidationError(
                "--image-directory is for --engine kind: a node's image is that of its Pod.")
        }
        if kind == .cluster, sidecar != nil {
            throw ValidationError("--sidecar is for dind.")
        }
        if sidecar != nil, command.isEmpty {
            throw ValidationError("A container beside a sidecar needs a command, after --.")
        }
        if job, command.isEmpty {
            throw ValidationError("A Job needs a command, after --.")
        }
    }

    func run() throws {
        StandardOutput.write(manifest.yaml)
    }

    /// What is asked for.
    var manifest: PodManifest {
        let isCluster = kind == .cluster
        var resources = ClusterSpec.Resources()
        resources.cpu = cpu
        resources.memory = memory ?? Defaults.memory(isCluster: isCluster)
        resources.storage = storage ?? Defaults.storage(isCluster: isCluster)
        resources.memoryRequest = Defaults.memoryRequest(isCluster: isCluster)
        return PodManifest(
            isCluster: isCluster, engine: engine, isJob: job,
            name: name ?? (isCluster ? "kind-cluster" : "dind") + (job ? "-tests" : ""),
            namespace: namespace, image: image, nodeImage: nodeImage, imageDirectory: imageDirectory,
            resources: resources, command: command, client: sidecar)
    }
}

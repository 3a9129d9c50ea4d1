internal import ClusterSpec
internal import EngineHost
internal import EnginePlan
internal import Formats
internal import HostFacts
internal import Linux
internal import Values

/// What the control plane of a node is like: worked out of what was asked for, and of the node.
struct NodeControlPlane {
    /// The version of Kubernetes in a node image.
    private static let versionFile = "/kind/version"
    /// The resolver's configuration of Pods that use the node's.
    static let resolverFile = ClusterDirectory.path + "/resolv.conf"

    /// The cluster's name, and the node's in it: kind's names.
    let name: String
    let nodeName: String
    /// Its image, by the name that was asked for, its version of Kubernetes, and its address.
    let image: String
    let version: KubernetesVersion
    let address: String
    /// What kubeadm is given.
    let documents: KubeadmDocuments
    let certificates: ControlPlaneCertificates
    /// The network of Pods; nil where the user brings one.
    let network: PodNetwork?
    let packetFilter: PacketFilterBackend
    /// The resolver's configuration: without the search domains around the container, in which names of the cluster
    /// would be looked for.
    let resolver: String
    /// Where the API server is reached from outside.
    let outerURL: String
    /// The cluster as it was planned, with the files that it needs: copies of what a client had.
    let cluster: Cluster
    let files: [PlannedFile]
    /// Whether there is a kube-proxy.
    let hasProxy: Bool
    let warnings: [ConfigProblem]
    /// What was set on the way that a person should know of.
    let notices: [String]

    init(_ spec: ClusterSpec, host: NodeHost) async throws {
        guard let node = await host.plan, let cgroupRoot = await host.cgroupRoot,
            let facts = await host.facts,
            let address = node.address
        else {
            throw KinkajouError(
                "the node has no address", cure: "give the container a network with a default route",
                code: .stepFailed)
        }
        let (plan, version, image) = try Self.plan(spec, facts: facts)
        let cluster = plan.cluster
        self.image = image
        self.version = version
        self.address = address
        try ClusterPreconditions.checkListener(cluster)
        warnings = plan.warnings
        notices = plan.notices
        files = plan.files
        self.cluster = cluster
        name = cluster.name ?? Defaults.name
        nodeName = "\(name)-control-plane"
        let networking = cluster.networking
        let port = networking.apiServerPort ?? Defaults.apiServerPort
        resolver =
            node.nameServers.map { "nameserver \($0)\n" }.joined()
            + ((networking.dnsSearch ?? []).isEmpty
                ? "" : "search \((networking.dnsSearch ?? []).joined(separator: " "))\n")
        guard let podSubnet = networking.podSubnet,
            let services = networking.serviceSubnet.flatMap({ IPv4Network($0) }),
            let network = PodNetwork(subnet: podSubnet, mtu: node.mtu)
        else {
            throw KinkajouError(
                "the networks of Pods and Services have to be IPv4 networks",
                cure: "correct --pod-subnet and --service-subnet, or use --engine kind", code: .usage)
        }
        self.network = networking.disableDefaultCNI ? nil : network
        packetFilter = node.packetFilter
        hasProxy = networking.kubeProxyMode != .none
        documents = try KubeadmDocuments(
            cluster, version: version,
            at: KubeadmDocuments.Place(
                nodeName: nodeName, address: address, port: port, cgroupRoot: cgroupRoot,
                resolverFile: Self.resolverFile, givesPodNetworks: !networking.disableDefaultCNI))
        outerURL = plan.serverURL ?? "https://\(address):\(port)"
        certificates = ControlPlaneCertificates(
            nodeName: nodeName, address: address, serverNames: documents.serverNames,
            serviceAddress: IPv4Network(address: services.network.address + 1, prefixLength: 32).addressText,
            serverURL: "https://\(address):\(port)", clusterName: name)
    }

    /// The cluster as it is planned in this node image, the image's version of Kubernetes, and its name.
    private static func plan(
        _ spec: ClusterSpec, facts: HostFacts
    ) throws -> (plan: ClusterPlan, version: KubernetesVersion, image: String) {
        guard let text = try? Files.read(versionFile), let version = KubernetesVersion(text) else {
            throw KinkajouError(
                "\(versionFile) does not say which version of Kubernetes is in this image",
                cure: "run this in a node image, such as kinkajou/node", code: .usage)
        }
        let containerd = (try? Files.read(NodeHost.imageConfiguration)).map(
            ContainerdConfiguration.init(toml:))
        let image = spec.nodeImage ?? Defaults.nodeImage
        var parts = ClusterFacts(host: facts)
        // Whatever image was named: this one is what runs.
        for image in spec.nodeImages(default: image) {
            parts.images[image] = NodeImageFacts(version: version, containerd: containerd)
        }
        return (try spec.plan(facts: facts, image: image, parts: parts), version, image)
    }

    /// What the cluster changes in the configuration of the node's containerd: patches, and where hosts of registries are
    /// looked for.
    static func containerdChanges(of spec: ClusterSpec, facts: HostFacts) throws -> ContainerdChanges {
        do {
            let cluster = try plan(spec, facts: facts).plan.cluster
            return ContainerdChanges(
                merges: try cluster.containerdConfigPatches.map { try JSONValue(toml: $0) },
                operations: try cluster.containerdConfigPatchesJSON6902.map { try JSONValue(json: $0.utf8) })
        } catch {
            throw ClusterMaking.explained(error)
        }
    }

    /// The kubelet's command line, as kubeadm's own unit has it.
    func kubeletArguments() throws -> [String] {
        let file = "/var/lib/kubelet/kubeadm-flags.env"
        do {
            let line = try Files.read(file).split(separator: "\n").first {
                $0.hasPrefix("KUBELET_KUBEADM_ARGS=")
            }
            let value = try ShellWords.split(String(line?.dropFirst("KUBELET_KUBEADM_ARGS=".count) ?? ""))
            return [
                "--config=/var/lib/kubelet/config.yaml",
                "--kubeconfig=\(ControlPlaneCertificates.directory)/kubelet.conf",
            ] + (try ShellWords.split(value.joined(separator: " ")))
        } catch {
            throw KinkajouError(
                "the kubelet's arguments cannot be read from \(file)", cure: "", code: .clusterFailed,
                cause: error)
        }
    }
}

internal import Values

/// The one table of what is taken where nobody asked for something.
public enum Defaults {
    // MARK: Names and images

    /// The cluster's name: kind's own default.
    public static let name = "kind"
    /// The node image that an archive is expected to bring where none is asked for.
    public static let nodeImage = "kinkajou/node:v1.20.2"
    /// The node image that is pulled where none is asked for and no archive brings one: the one that kind 0.33.0 was
    /// released with, which is in the image of the Pod.
    public static let publishedNodeImage =
        "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"
    /// The image of the Pod or container that a cluster lives in.
    ///
    /// It is in the registry that the program was built for (`KINKAJOU_REGISTRY`), with its version; without one it is
    /// the name that `make images` gives to an image of the machine, and no name of a registry.
    public static let podImage = podImage(registry: Release.registry)
    static func podImage(registry: String?) -> String {
        registry.map { "\($0)/pod:\(Release.current)" } ?? localPodImage
    }
    /// The name that `make images` gives.
    static let localPodImage = "kinkajou/pod:latest"

    /// The node image of a Pod that is the node itself, where none is asked for: what was built beside the Pod's image, or
    /// the published one.
    public static func nodeImage(beside podImage: String) -> String {
        podImage == localPodImage ? nodeImage : publishedNodeImage
    }

    /// When an image is pulled. What was built here is never: in a registry that name would be a stranger's.
    public static func pullPolicy(of image: String) -> String {
        image == localPodImage || image.hasPrefix(localNodeImages) ? "Never" : "IfNotPresent"
    }
    /// How the names of node images begin that are built here.
    private static let localNodeImages = "kinkajou/node:"

    // MARK: Ports

    /// The API server's, in the Pod: that of the original image. A fixed port is one that Services and probes can name.
    public static let apiServerPort = 30001
    /// That of `/startupz`, `/readyz`, `/livez` and `/metrics`, in the Pod.
    public static let statusPort = 30002

    // MARK: Networks

    /// Networks for Pods, the best first: that of the original image, then ranges that few use. The first that hides
    /// nothing outside is taken.
    public static let podSubnets = [
        "10.245.0.0/16", "10.247.0.0/16", "10.249.0.0/16", "10.251.0.0/16", "10.253.0.0/16", "172.29.0.0/16",
        "172.31.0.0/16", "192.168.0.0/16", "100.64.0.0/16",
    ]
    /// Networks for Services, the best first.
    public static let serviceSubnets = [
        "10.246.0.0/16", "10.248.0.0/16", "10.250.0.0/16", "10.252.0.0/16", "10.254.0.0/16", "172.28.0.0/16",
        "172.30.0.0/16", "192.168.0.0/16", "100.65.0.0/16",
    ]

    // MARK: Time-outs, in seconds

    /// For the cluster, from the engine's start until it is ready.
    public static let waitSeconds: Int64 = 300
    /// For the Pod, until its container runs.
    public static let startSeconds: Int64 = 600
    /// For dockerd, until it answers.
    public static let engineReadySeconds: Int64 = 60

    // MARK: Resources, as Kubernetes' quantities

    /// The CPU limit.
    public static let cpu = "2"
    /// The CPU request: what the scheduler reserves.
    ///
    /// A host cluster of one small node, of whose two processors the system takes one, has room for several clusters.
    public static let cpuRequest = "250m"
    /// The memory limit.
    public static func memory(isCluster: Bool) -> String { isCluster ? "4Gi" : "2Gi" }
    /// The memory request.
    public static func memoryRequest(isCluster: Bool) -> String { isCluster ? "768Mi" : "512Mi" }
    /// The limit of what is written to the machine's disk.
    public static func storage(isCluster: Bool) -> String { isCluster ? "20Gi" : "10Gi" }

    /// The request for what is written: not what may be written at most, which few do.
    public static let storageRequest = "2Gi"

    // MARK: Placement

    /// What tells autoscalers whether they may end the Pod to move it: it would be the end of the cluster.
    public static func annotations(evictable: Bool) -> [String: String] {
        let key = "cluster-autoscaler.kubernetes.io/safe-to-evict"
        return evictable ? [key: "true"] : [key: "false", "karpenter.sh/do-not-disrupt": "true"]
    }

    #if arch(arm64)
        /// The architecture of this program, and of the images that are made with it, as Go calls it.
        public static let architecture = "arm64"
    #else
        /// The architecture of this program, and of the images that are made with it, as Go calls it.
        public static let architecture = "amd64"
    #endif
    /// The labels of nodes that the Pod's image runs on.
    public static let nodeSelector = [
        "kubernetes.io/os": "linux", "kubernetes.io/arch": architecture,
    ]

    // MARK: Files in the Pod

    /// The spec, mounted from a Secret or copied into a container.
    public static let specFile = "/etc/kinkajou/spec.json"
    /// The last event of a session that came to nothing, for who asks when the container has ended.
    public static let outcomeFile = "/var/log/kinkajou/outcome.json"
    /// The directory of everything that lives as long as a cluster.
    public static let clusterDirectory = "/run/kinkajou/cluster"
    /// Where what comes from outside is that kind's file mounts into nodes: below it, by a number.
    public static let mountDirectory = "/var/lib/kinkajou/mounts"
    /// Where the copies are of what the client had of that: they go with the cluster.
    public static let copyDirectory = clusterDirectory + "/mounts"
    /// dockerd's log.
    public static let engineLog = "/var/log/kinkajou/dockerd.log"
    /// The kubeconfig that is written, where HOME does not say otherwise.
    public static let kubeconfig = "/root/.kube/config"
    /// Where archives of node images are looked for.
    public static let imageArchive = "/images"
}

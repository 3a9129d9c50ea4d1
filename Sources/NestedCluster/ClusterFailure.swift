internal import EngineHost
internal import EnginePlan
internal import Values

/// What is known of the ways in which making a cluster fails: from what kind and its nodes say to a cause and
/// a cure.
struct KnownClusterFailure {
    var patterns: [String]
    var cause: String
    var cure: String

    static let all: [KnownClusterFailure] = [
        .init(
            patterns: ["exec format error", "does not match the detected host platform"],
            cause: "the node image is for another processor architecture",
            cure: "use a node image for this machine"),
        .init(
            patterns: ["no space left on device"], cause: "the disk is full",
            cure: "give the volume at /var/lib/docker more space (a node needs some 3 GB)"),
        .init(
            patterns: ["port is already allocated", "address already in use"],
            cause: "the API server's port is taken", cure: "choose another with --api-server-port"),
        .init(
            patterns: ["cannot assign requested address"],
            cause: "the API server's address is not one of this container",
            cure: "correct --api-server-address or API_SERVER_ADDRESS, or leave it out"),
        .init(
            patterns: ["too many open files"], cause: "the machine's inotify limits are too low",
            cure:
                "on the machine: sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288"),
        .init(
            patterns: ["pull access denied", "failed to pull image", "manifest unknown"],
            cause: "the node image cannot be pulled",
            cure: "correct --image, or give an archive of it with --image-archive"),
        .init(
            patterns: ["node(s) already exist for a cluster with the name"],
            cause: "there is a cluster of that name in this engine already",
            cure: "choose another --name, or empty the data root"),
        .init(
            patterns: ["could not find a log line that matches"],
            cause: "the node's init did not come up within kind's 30 s",
            cure: "give the container more CPU; the node's own last lines are above"),
        .init(
            patterns: ["etcdserver: request timed out"], cause: "the disk is too slow for etcd",
            cure: "put /var/lib/docker on a faster disk"),
        .init(
            patterns: ["unable to apply caps"], cause: "a capability that runc asks for is not granted",
            cure: "use a node image with kinkajou-oci, or grant every capability"),
        .init(
            patterns: [
                "this version of kubeadm only supports deploying clusters", "uses an old api spec",
                "uses a new api spec", "no kind \"clusterconfiguration\" is registered",
                "no kind \"initconfiguration\" is registered",
            ],
            cause: "the node image's version and kind's do not go together",
            cure: "use a node image that this kind supports"),
    ]

    static func of(_ lines: [String]) -> KnownClusterFailure? {
        all.first { known in
            lines.contains { line in known.patterns.contains { line.lowercased().contains($0) } }
        }
    }
}

extension KinkajouError {
    /// A cluster that failed: what is known of it comes from the evidence.
    static func cluster(
        _ summary: String, evidence: [String],
        cure: String = "the lines above say more; --export-logs keeps all",
        code: ErrorCode = .clusterFailed
    ) -> KinkajouError {
        let known = KnownClusterFailure.of([summary] + evidence)
        return KinkajouError(
            known.map { "\(summary): \($0.cause)" } ?? summary, cure: known?.cure ?? cure, evidence: evidence,
            code: code)
    }
}

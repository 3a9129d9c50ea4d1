internal import ArgumentParser
internal import ClusterSpec

/// What concerns the container alone that `kinkajou cluster` runs in.
struct ContainerOptions: ParsableArguments, Sendable {
    @Option(help: "The kubeconfig file to write (KUBECONFIG; default: ~/.kube/config).")
    var kubeconfig: String?

    @Option(help: "The API server's address (API_SERVER_ADDRESS; default: this container's own).")
    var apiServerAddress: String?

    @Option(help: "The API server's port (default: the file's, or 30001).")
    var apiServerPort: Int?

    @Option(help: "An archive of the node image, or a directory of archives (default: /images).")
    var imageArchive: String?

    @Option(help: "A directory for the logs of every part, written at the end, also after a failure.")
    var exportLogs: String?

    @Option(help: "A file that shows where the time went, as its name says: .json, .html, or text.")
    var trace: String?

    @Option(help: "How long dockerd may take to answer, such as 60s or 2m (default: 60s).")
    var readyTimeout: DurationArgument?

    @Option(help: "The file of dockerd's log (default: /var/log/kinkajou/dockerd.log).")
    var logFile: String?

    @Flag(help: "Say at the end where the time went; -v does, too.")
    var verbose = false

    /// Merges them with their variables.
    func merge(into merge: inout SpecMerge) {
        let home = merge.variable("HOME").map { $0 + "/.kube/config" }
        let first = merge.variable("KUBECONFIG")?.split(separator: ":").first.map(String.init)
        merge.take(open: \.kubeconfig, option: kubeconfig, variable: first ?? home)
        merge.take(
            open: \.apiServer.address, option: apiServerAddress,
            variable: merge.variable("API_SERVER_ADDRESS"))
        merge.take(open: \.apiServer.port, option: apiServerPort)
        merge.take(open: \.imageArchive, option: imageArchive)
        merge.take(open: \.logDirectory, option: exportLogs)
        merge.take(open: \.tracePath, option: trace)
        merge.take(\.engineReadySeconds, option: readyTimeout?.duration.components.seconds)
        merge.take(\.engineLog, option: logFile)
        merge.take(\.summarizesTime, option: verbose ? true : nil)
    }
}

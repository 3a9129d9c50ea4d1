internal import ArgumentParser
internal import Console
internal import EnginePlan
internal import Glibc
internal import NestedCluster
internal import PodAgent
internal import Values

/// `kinkajou inside logs`.
struct InsideLogsCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "The logs of the cluster and of dockerd, and the trace, as a tar archive on stdout.",
        usage: "kinkajou inside logs [<options>]")

    @OptionGroup var options: InsideOptions

    @Flag(help: "Write it in frames with a checksum, as 'inside import' reads its archive.")
    var framed = false

    @Option(help: "The file of dockerd's log.")
    var logFile = "/var/log/kinkajou/dockerd.log"

    @Option(help: "The file of the trace.")
    var trace = ClusterDirectory.traceFile

    @Option(help: "How long gathering may take.")
    var timeout = DurationArgument(.seconds(300))

    func runToExitStatus() async throws -> Int32 {
        let (isFramed, limit) = (framed, timeout.duration)
        let files = [(source: logFile, name: "dockerd.log"), (source: trace, name: "trace.json")]
        return await Inside.run(options) { nodes in
            _ = try await nodes.list()
            let export = LogArchive(of: nodes, with: files, isFramed: isFramed, limit: limit)
            for complaint in try await export.run(to: STDOUT_FILENO) {
                StandardError.write("warning: \(complaint)\n")
            }
            return 0
        }
    }
}

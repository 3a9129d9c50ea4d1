internal import ArgumentParser
internal import Console
internal import EnginePlan
internal import Glibc
internal import ImageArchives
internal import PodAgent
internal import Values

/// `kinkajou inside import`.
struct InsideImportCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring images from a framed archive on stdin into every node; a report as JSON.",
        usage: "kinkajou inside import [<options>]",
        discussion: """
            EXIT STATUS
              0 every node has every image; 70 a node has not, and the report says why; 71 the archive did not \
            come whole, and nothing was imported; 75 nothing came for too long; 128 + n stopped by signal n.
            """)

    @OptionGroup var options: InsideOptions
    @OptionGroup var chosen: InsideNodeOptions

    @Option(help: "How long a node may take no data, such as 60s.")
    var stallTimeout = DurationArgument(.seconds(60))

    @Option(help: "How long stdin may be silent.")
    var idleTimeout = DurationArgument(.seconds(300))

    @Option(help: "How long a node may unpack after the last byte.")
    var unpackTimeout = DurationArgument(.seconds(600))

    func runToExitStatus() async throws -> Int32 {
        let (names, stall, silence, finish) = (
            chosen.names, stallTimeout.duration, idleTimeout.duration, unpackTimeout.duration
        )
        return await Inside.run(options) { nodes in
            let work = ImageImport(into: nodes, on: names, stall: stall, silence: silence, finish: finish)
            let report = try await work.run(from: STDIN_FILENO)
            try Inside.write(report)
            for node in report.nodes {
                if let error = node.error { StandardError.write("error: the node \(node.name): \(error)\n") }
            }
            return report.isSuccess ? 0 : ErrorCode.clusterFailed.exitStatus
        }
    }
}

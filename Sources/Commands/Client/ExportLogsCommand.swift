internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Glibc

/// `kinkajou export logs`.
struct ExportLogsCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Export the logs of every part of a cluster to a directory.",
        discussion: """
            The directory's name is printed on stdout.

            EXAMPLES
              kinkajou export logs --name demo
              kinkajou export logs --name demo ./artifacts
            """)

    @Argument(help: "The directory (default: a new one below $TMPDIR or /tmp).")
    var directory: String?

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let directory = try directory ?? LogExport.temporaryDirectory()
            output.say("Exporting logs for cluster \"\(cluster.chosen)\" to:")
            let leftOut = try await LogExport(provider: chosen, cluster: cluster.chosen)
                .export(to: directory)
            if leftOut > 0 { output.say("\(leftOut) links and other special files were left out") }
            StandardOutput.write(directory + "\n")
            return 0
        }
    }
}

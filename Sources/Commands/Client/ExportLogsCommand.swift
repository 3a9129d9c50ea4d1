internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Glibc
internal import Linux

/// `kinkajou export logs`.
struct ExportLogsCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Export the logs of every part of a cluster to a directory.",
        usage: "kinkajou export logs [<directory>] [<options>]",
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
            let target = try directory ?? LogExport.temporaryDirectory()
            output.say("Exporting logs for cluster \"\(cluster.chosen)\" to:")
            do {
                let leftOut = try await LogExport(provider: chosen, cluster: cluster.chosen)
                    .export(to: target)
                if leftOut > 0 { output.say("\(leftOut) links and other special files were left out") }
            } catch {
                // Ours, and kept only where something is in it.
                if directory == nil { try? Files.removeDirectory(target) }
                throw error
            }
            StandardOutput.write(target + "\n")
            return 0
        }
    }
}

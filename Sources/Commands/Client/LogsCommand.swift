internal import ArgumentParser
internal import ClusterClient
internal import Console

/// `kinkajou logs`.
struct LogsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print the log of a cluster's Pod: what Kinkajou did, and how long it took.",
        usage: "kinkajou logs [<options>]",
        discussion: """
            EXAMPLES
              kinkajou logs --name demo
              kinkajou logs --name demo -f
            """)

    @OptionGroup var cluster: ClusterSelection

    @Flag(name: .shortAndLong, help: "Go on until the cluster ends.")
    var follow = false

    @Option(help: "Only the last lines.")
    var tail: Int?

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    try await chosen.logs(of: cluster.chosen, follow: follow, tail: tail) { piece in
                        try StandardOutput.stream(piece)
                    }
                }
                // A log in which nothing happens is not followed for nobody.
                group.addTask { try await StandardOutput.waitForReaderToGo() }
                try await group.next()
            }
            return 0
        }
    }
}

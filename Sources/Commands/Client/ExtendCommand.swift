internal import ArgumentParser
internal import ClusterClient

/// `kinkajou extend`.
struct ExtendCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Change how long a cluster lives.",
        usage: "kinkajou extend --ttl <ttl> [<options>]",
        discussion: """
            The time counts from now, and may be shorter than what is left. It is for clusters that were made with \
            --ttl.

            EXAMPLES
              kinkajou extend --name demo --ttl 2h
            """)

    @OptionGroup var cluster: ClusterSelection

    @Option(help: "How long the cluster lives from now on, such as 1h.")
    var ttl: DurationArgument

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @OptionGroup var stray: StrayWords

    func validate() throws {
        guard ttl.duration >= .seconds(1) else {
            throw ValidationError("--ttl takes 1s or more; `kinkajou delete cluster` ends a cluster now.")
        }
    }

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let end = try await chosen.extend(cluster.chosen, to: ttl.duration)
            output.say("Cluster \"\(cluster.chosen)\" lives until \(end)")
            return 0
        }
    }
}

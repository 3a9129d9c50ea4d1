internal import ArgumentParser
internal import ClusterClient
internal import Console

/// `kinkajou shell`.
struct ShellCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Open a shell beside a cluster, in its Pod.",
        usage: "kinkajou shell [<options>]",
        discussion: """
            There are docker, kind and kubectl, and kubectl's context is the cluster. Without a terminal the shell \
            reads its commands from stdin.

            EXAMPLES
              kinkajou shell --name demo
              echo 'kubectl get nodes' | kinkajou shell --name demo
            """)

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions

    @OptionGroup var stray: StrayWords

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            try await chosen.attach(
                ["bash"], isTerminal: Terminal.isInteractive, hasInput: true, in: cluster.chosen)
        }
    }
}

internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Values

/// `kinkajou exec`.
struct ExecCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command beside a cluster, in its Pod, or in one of its nodes.",
        usage: "kinkajou exec [<options>] -- <command> ...",
        discussion: """
            The Pod has docker, kind and kubectl, or what its node image has (--engine node), and kubectl's context is the cluster. The exit status is the \
            command's.

            EXAMPLES
              kinkajou exec --name demo -- kubectl get pods -A
              kinkajou exec --name demo -it -- bash
              kinkajou exec --name demo --node demo-control-plane -- crictl ps
            """)

    @OptionGroup var cluster: ClusterSelection

    @Flag(name: [.customShort("i"), .customLong("stdin")], help: "Give it our stdin.")
    var stdin = false

    @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give it a terminal.")
    var tty = false

    @Option(help: "The node to run it in (default: the Pod).")
    var node: String?

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var logging: LoggingOptions

    @Argument(parsing: .captureForPassthrough, help: "The command, after --.")
    var command: [String]

    func validate() throws {
        try CommandWords.require(command, of: self)
    }

    func execute() async throws -> Int32 {
        let isTerminal = tty && Terminal.isInteractive
        if tty, !isTerminal {
            throw KinkajouError("--tty: this is no terminal", cure: "leave -t out", code: .usage)
        }
        var words = CommandWords.afterTerminator(command)
        if let node {
            words =
                ["kinkajou", "inside", "exec", "--name", cluster.chosen]
                + (stdin ? ["--stdin"] : []) + (isTerminal ? ["--tty"] : []) + [node, "--"] + words
        }
        return try await provider.withProvider { [words] chosen in
            try await chosen.attach(words, isTerminal: isTerminal, hasInput: stdin, in: cluster.chosen)
        }
    }
}

internal import ArgumentParser
internal import PodAgent
internal import Synchronization
internal import Values

/// `kinkajou inside exec`: a command in a node, whatever a node is here.
struct InsideExecCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command in a node.",
        usage: "kinkajou inside exec [<options>] <node> -- <command> ...")

    @OptionGroup var options: InsideOptions

    @Flag(help: "Give it our stdin.")
    var stdin = false

    @Flag(help: "Our stdin is a terminal, and the command's too.")
    var tty = false

    @Argument(help: "The node.")
    var node: String

    @Argument(parsing: .postTerminator, help: "The command, after --.")
    var command: [String]

    func runToExitStatus() async throws -> Int32 {
        guard !command.isEmpty else { throw ValidationError("There is no command after --.") }
        let (command, node, hasInput, isTerminal) = (command, node, stdin, tty)
        let words = Mutex<[String]>([])
        let status = await Inside.run(options) { nodes in
            let found = try await nodes.words(
                running: command, in: node, hasInput: hasInput, isTerminal: isTerminal)
            words.withLock { $0 = found }
            return 0
        }
        guard status == 0 else { return status }
        return InsidePipeCommand.become(words.withLock { $0 })
    }
}

import ArgumentParser
import Testing

@testable import Commands

/// What `--help` prints on a terminal of 80 columns.
@Suite struct HelpTests {
    private static func commands(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        let configuration = command.configuration
        let next = configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
        return [command] + next.flatMap { commands(below: $0) }
    }

    @Test func everyLineFits() {
        let commands = Self.commands(below: KinkajouCommand.self)
        #expect(commands.count > 25)
        for command in commands {
            let help = KinkajouCommand.helpMessage(for: command, columns: 80)
            // The parser's own line of all options is never broken: such commands have one of their own.
            for line in help.split(separator: "\n") where line.count > 80 {
                Issue.record("\(command): \(line.count) columns: \(line)")
            }
        }
    }

    @Test(arguments: [["dind"], ["cluster"], ["exec"], ["run"], ["inside", "pipe"]])
    func anUnknownOptionIsNotTakenForTheCommand(words: [String]) throws {
        _ = try KinkajouCommand.parseAsRoot(words + ["--", "--frobnicate"])
        for option in ["--frobnicate", "--help"] {
            #expect(throws: (any Error).self) { _ = try KinkajouCommand.parseAsRoot(words + [option]) }
        }
    }
}

import ArgumentParser
import Testing

@testable import Commands

/// Options that may stand anywhere, and `-v` without a number.
@Suite struct GlobalWordsTests {
    private func arranged(_ text: String) -> String {
        GlobalWords.arranged(
            text.split(separator: " ").map(String.init), subcommands: KinkajouCommand.subcommands(below:)
        ).joined(separator: " ")
    }

    @Test(arguments: [
        ("get clusters -v", "get clusters -v 1"),
        ("get clusters -v 3", "get clusters -v 3"),
        ("get clusters -v -o wide", "get clusters -v 1 -o wide"),
        ("-v get clusters", "get clusters -v 1"),
        ("-v 3 get clusters -o wide", "get clusters -v 3 -o wide"),
        ("--log-format json -q create cluster --name a", "create cluster --log-format json -q --name a"),
        ("--verbosity=2 delete cluster", "delete cluster --verbosity=2"),
        ("load docker-image app:1 -v", "load docker-image app:1 -v 1"),
        // What follows -- is somebody else's.
        ("exec -v -- ls -v", "exec -v 1 -- ls -v"),
        ("exec ls -v", "exec ls -v"),
        ("run kubectl get -v 6", "run kubectl get -v 6"),
        ("cluster -v -- ls -v", "cluster -v 1 -- ls -v"),
        ("create cluster -v", "create cluster -v 1"),
        // What is no command of ours is the parser's to complain about.
        ("-v", "-v"), ("", ""), ("frobnicate -v", "frobnicate -v"), ("--help", "--help"),
    ])
    func wordsAreArranged(words: String, expected: String) {
        #expect(arranged(words) == expected)
    }

    @Test(arguments: [
        ["get", "clusters", "-v"], ["-v", "2", "create", "cluster"],
        ["delete", "cluster", "--log-format", "json"],
        ["cluster", "-v", "--", "true"], ["dind", "-v", "--", "true"], ["doctor", "-v"],
        ["inside", "nodes", "-v"],
        ["exec", "-v", "--", "ls"],
    ])
    func theParserTakesThem(words: [String]) throws {
        let words = GlobalWords.arranged(words, subcommands: KinkajouCommand.subcommands(below:))
        let command = try KinkajouCommand.parseAsRoot(words)
        #expect(command is any LoggingCommand || words.first == "inside")
    }
}

import ArgumentParser
import Foundation
import Testing

@testable import Commands

/// What the documentation calls is there: every command and every option of `kinkajou` in a block or span of code.
struct DocumentedCommandsTests {
    /// A command as its own description has it.
    private struct Description: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                let name: String
                let kind: String
            }

            let names: [Name]?
        }

        let commandName: String
        let subcommands: [Description]?
        let arguments: [Argument]?

        var options: Set<String> {
            let names = (arguments ?? []).flatMap { $0.names ?? [] }
            return Set(names.filter { $0.kind == "long" }.map { "--" + $0.name }).union([
                "--help", "--version",
            ])
        }
    }

    private struct Dump: Decodable { let command: Description }

    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func documents() throws -> [URL] {
        let docs = try FileManager.default.contentsOfDirectory(
            at: repository.appending(path: "docs"), includingPropertiesForKeys: nil)
        return (docs.filter { $0.pathExtension == "md" } + [repository.appending(path: "README.md")])
            .sorted { $0.path < $1.path }
    }

    /// The calls in a text: what follows the word `kinkajou` in its code, up to what ends a command in a shell.
    static func calls(in text: String) -> [[Substring]] {
        var code: [Substring] = []
        var isFenced = false
        for line in text.replacing("\\\n", with: " ").split(separator: "\n") {
            if line.hasPrefix("```") {
                isFenced.toggle()
            } else if isFenced || line.hasPrefix("    ") {
                code.append(line)
            } else {
                // Every second piece is between backticks.
                let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
                code += pieces.indices.filter { $0 % 2 == 1 }.map { pieces[$0] }
            }
        }
        return code.flatMap { line in
            line.split { "&|;#>()".contains($0) }.compactMap { command -> [Substring]? in
                var words = command.split(separator: " ")
                if words.first == "$" { words.removeFirst() }
                while let first = words.first, first.contains("="), !first.hasPrefix("-") {
                    words.removeFirst()
                }
                guard words.first == "kinkajou" || words.first == "build/bin/kinkajou" else { return nil }
                return Array(words.dropFirst().prefix { $0 != "--" })
            }
        }
    }

    /// What is wrong with a call; nil where nothing is.
    private static func problem(_ call: [Substring], _ root: Description) -> String? {
        var command = root
        var words = call[...]
        while let word = words.first, let next = command.subcommands?.first(where: { $0.commandName == word })
        {
            command = next
            words.removeFirst()
        }
        if command.commandName == root.commandName, let word = words.first {
            // These two are chosen before the arguments are read.
            if ["init", "oci"].contains(word) { return nil }
            if word.allSatisfy({ $0.isLowercase || $0 == "-" }), !word.hasPrefix("-") {
                return "there is no command \(word)"
            }
        }
        let unknown = words.map {
            $0.prefix { $0 != "=" }.trimmingCharacters(in: .init(charactersIn: "[].,'\""))
        }
        .filter { $0.hasPrefix("--") && $0.count > 2 && !command.options.contains($0) }
        return unknown.isEmpty ? nil : "\(command.commandName) has no \(unknown.joined(separator: ", "))"
    }

    private static func root() throws -> Description {
        try JSONDecoder().decode(Dump.self, from: Data(KinkajouCommand._dumpHelp().utf8)).command
    }

    @Test func everyCommandAndOptionIsThere() throws {
        let root = try Self.root()
        var count = 0
        for document in try Self.documents() {
            for call in Self.calls(in: try String(contentsOf: document, encoding: .utf8)) {
                count += 1
                let problem = Self.problem(call, root)
                #expect(
                    problem == nil,
                    "\(document.lastPathComponent): kinkajou \(call.joined(separator: " ")): \(problem ?? "")"
                )
            }
        }
        #expect(count > 40)
    }

    @Test func whatIsNotThereIsFound() throws {
        let root = try Self.root()
        let text = """
            Text with `kinkajou create cluster --nam x` in it, and

                $ A=b kinkajou no-such-command --name x && kinkajou delete cluster --name \\
                    demo -- --whatever
            """
        let problems = Self.calls(in: text).map { Self.problem($0, root) }
        #expect(problems == ["cluster has no --nam", "there is no command no-such-command", nil])
    }
}

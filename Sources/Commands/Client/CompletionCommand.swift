internal import ArgumentParser
internal import Console

/// `kinkajou completion`.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for a shell.",
        discussion: """
            EXAMPLES
              source <(kinkajou completion bash)
              kinkajou completion zsh >"${fpath[1]}/_kinkajou"
              kinkajou completion fish >~/.config/fish/completions/kinkajou.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        StandardOutput.write(KinkajouCommand.completionScript(for: kind))
    }
}

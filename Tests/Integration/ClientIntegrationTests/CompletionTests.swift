import Foundation
import TestSupport
import Testing

/// The completion scripts in the shells that they are for.
@Suite struct CompletionTests {
    private func run(_ shell: String, _ arguments: [String], script: String) throws -> Command.Result {
        let kinkajou = try BuiltBinary.path("kinkajou")
        let directory = (kinkajou as NSString).deletingLastPathComponent
        // A shell writes its own files there: fish makes the directory where it is missing.
        let home = FileManager.default.temporaryDirectory.appending(
            path: "kinkajou-home-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        var setup = ChildProcess.Setup(shell, arguments + [script])
        var variables = ProcessInfo.processInfo.environment
        variables["PATH"] = directory + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
        variables["HOME"] = home.path
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] { variables[name] = nil }
        setup.environment = variables.map { "\($0)=\($1)" }
        return try Command.run(setup)
    }

    @Test func bashCompletesCommandsAndOptions() throws {
        let script = """
            source <(kinkajou completion bash) || exit 1
            complete -p kinkajou || exit 1
            try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
                COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
                _kinkajou kinkajou "${!#}" "${COMP_WORDS[COMP_CWORD-1]}"; echo "${COMPREPLY[*]}"; }
            try kinkajou get cl
            try kinkajou create cluster --na
            try kinkajou get clusters --output ''
            """
        let result = try run("bash", ["--norc", "-c"], script: script)
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasSuffix("kinkajou") == true, "\(result)")
        #expect(lines.contains { $0.split(separator: " ").contains("clusters") }, "\(result)")
        #expect(lines.contains { $0.contains("--name") }, "\(result)")
        #expect(lines.contains { $0.contains("wide") && $0.contains("json") }, "\(result)")
    }

    @Test(.needs(.program("zsh"))) func zshLoadsItsFunction() throws {
        let script = """
            directory=$(mktemp -d) && kinkajou completion zsh >$directory/_kinkajou || exit 1
            fpath=($directory $fpath); autoload -U compinit; compinit -u -D
            print -r -- "${_comps[kinkajou]}"; autoload +X _kinkajou && whence -w _kinkajou
            rm -r $directory
            """
        let result = try run("zsh", ["-f", "-c"], script: script)
        #expect(result.output == "_kinkajou\n_kinkajou: function\n", "\(result)")
    }

    @Test(.needs(.program("fish"))) func fishCompletesCommandsAndOptions() throws {
        let script = """
            kinkajou completion fish | source
            complete -C 'kinkajou get cl'
            complete -C 'kinkajou create cluster --na'
            """
        let result = try run("fish", ["--no-config", "-c"], script: script)
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("clusters"), "\(result)")
        #expect(result.output.contains("--name"), "\(result)")
    }
}

internal import ArgumentParser
internal import Linux

/// The user's command as the parser hands it over: everything from the first word that is no option of
/// ours. It may follow `--`, and need not, as with any program that is made to be an ENTRYPOINT.
enum CommandWords {
    /// The words without the `--` that set them apart from our options.
    static func afterTerminator(_ words: [String]) -> [String] {
        words.first == "--" ? Array(words.dropFirst()) : words
    }

    /// The same, byte for byte: the command is the end of this process's own command line.
    static func native(_ words: [String]) -> [NativeString] {
        NativeString.lastArguments(afterTerminator(words))
    }

    /// Refuses an option that we do not know, and that there is no command.
    static func require(_ words: [String], of command: some ParsableCommand) throws {
        try check(words, of: command)
        if afterTerminator(words).isEmpty { throw ValidationError("There is no command after --.") }
    }

    /// Refuses an option that we do not know: the parser takes it for the first word of the command.
    static func check(_ words: [String], of command: some ParsableCommand) throws {
        guard let first = words.first, first.hasPrefix("-"), first != "--" else { return }
        if ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(command) }
        throw ValidationError("Unknown option '\(first)'. A command that begins with a dash goes after --.")
    }
}

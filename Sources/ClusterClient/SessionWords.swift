internal import FoundationEssentials

/// The words that run a command of a user's beside a cluster, so that it ends with the user's connection.
struct SessionWords {
    /// The words that run the command.
    let command: [String]
    /// The words of a second program, which ends the command when its own stdin ends.
    let guardian: [String]

    /// Words for a session of their own.
    ///
    /// - Parameters:
    ///   - command: The user's command.
    ///   - isDirect: The streams are the user's as they are, and the guardian is needed; else stdin comes in frames, and
    ///     its end is noticed.
    init(_ command: [String], isDirect: Bool) {
        let session = UUID().uuidString.lowercased()
        let agent = ["kinkajou", "inside"]
        self.command =
            agent + ["pipe", "--session", session] + (isDirect ? ["--direct"] : []) + ["--"] + command
        guardian = agent + ["guard", session]
    }
}

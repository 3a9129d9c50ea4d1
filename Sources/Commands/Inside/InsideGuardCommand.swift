internal import ArgumentParser
internal import PodAgent

/// `kinkajou inside guard`: ends a command that has its user's streams when our stdin ends, which is with the connection
/// of who has started it.
struct InsideGuardCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard",
        abstract: "End the command of `pipe --direct --session NAME` when our stdin ends.")

    @Argument(help: "The session's name.")
    var session: String

    func validate() throws {
        guard CommandSession(session) != nil else { throw ValidationError("\(session) is no session.") }
    }

    /// How long a command may take until it has begun, for a user who goes away before that.
    private static let patience = Duration.seconds(10)

    func runToExitStatus() async throws -> Int32 {
        guard let session = CommandSession(session) else { return 0 }
        InsidePipeCommand.waitForEndOfInput()
        let deadline = ContinuousClock.now + Self.patience
        while !session.isRegistered, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(100))
        }
        await session.end()
        return 0
    }
}

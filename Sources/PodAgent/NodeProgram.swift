internal import Linux

/// Runs programs in a node, with `docker exec`.
struct NodeProgram {
    let node: String

    /// A program in the node that is to be started by the caller.
    func request(_ words: [String], hasInput: Bool = false) -> ChildRequest {
        var environment = Environment.all()
        // Hints of newer clients are no errors of ours.
        environment["DOCKER_CLI_HINTS"] = "false"
        return ChildRequest(
            executable: "docker", arguments: ["exec"] + (hasInput ? ["-i"] : []) + [node] + words,
            environment: environment)
    }

    /// Runs a program to its end.
    func run(_ words: [String], timeout: Duration) async throws -> CapturedProgram.Result {
        try await CapturedProgram.run(request(words), timeout: timeout)
    }
}

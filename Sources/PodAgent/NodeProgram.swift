internal import Linux
internal import Values

/// Runs programs in a node: with `docker exec`, or here, where this container is the node.
struct NodeProgram {
    let node: String
    var isHere = false

    /// The words that run a program in the node.
    func words(_ words: [String], hasInput: Bool = false, isTerminal: Bool = false) -> [String] {
        guard !isHere else { return words }
        // The mark of a session, where there is one: Docker does not end what it has started when its client goes.
        return ["docker", "exec", "-e", CommandSession.variable] + (hasInput ? ["-i"] : [])
            + (isTerminal ? ["-t"] : []) + [node] + words
    }

    /// A program in the node that is to be started by the caller.
    func request(_ words: [String], hasInput: Bool = false) -> ChildRequest {
        var environment = Environment.all()
        // Hints of newer clients are no errors of ours.
        environment["DOCKER_CLI_HINTS"] = "false"
        let words = self.words(words, hasInput: hasInput)
        return ChildRequest(
            executable: words.first ?? "", arguments: Array(words.dropFirst()), environment: environment)
    }

    /// What it means that a program cannot be started.
    func missing(_ error: SpawnError) -> KinkajouError {
        KinkajouError(
            "a program cannot be run\(isHere ? "" : " by docker"): \(error)",
            cure: isHere ? "use a node image, such as kinkajou/node" : "use the image kinkajou/pod",
            code: .programMissing)
    }

    /// Runs a program to its end.
    func run(_ words: [String], timeout: Duration) async throws -> CapturedProgram.Result {
        try await CapturedProgram.run(request(words), timeout: timeout)
    }
}

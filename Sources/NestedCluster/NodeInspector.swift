internal import DockerEngine
internal import Linux

/// Asks nodes that are containers what is wrong with them.
struct NodeInspector: Sendable {
    let client: DockerEngineClient
    /// For the `docker` program.
    let environment: [String: String]
    private static let limit = Duration.seconds(10)

    /// What a node says of its own trouble; nil: it cannot be asked, as it has ended.
    func evidence(of node: String) async -> NodeEvidence? {
        let result = try? await CapturedProgram.run(
            ChildRequest(
                executable: "docker", arguments: ["exec", node, "sh", "-c", NodeEvidence.script],
                environment: environment), timeout: Self.limit)
        guard let result, result.isSuccess || !result.output.isEmpty else { return nil }
        return NodeEvidence(result.output)
    }

    /// What nodes have to say to a person, the most telling first. Of one that has nothing to say, or has ended, it is the
    /// last of its init.
    func evidence(of nodes: [String]) async -> FailureEvidence {
        var all: FailureEvidence = []
        for node in nodes.prefix(4) {
            if let evidence = await evidence(of: node), !evidence.isEmpty {
                all = all + evidence.failure(of: node)
            } else {
                let lines = await NodeWatch.lastLines(of: node, count: 5, client: client)
                all = all + FailureEvidence(lines.map { "\(node): \($0)" })
            }
        }
        return all
    }
}

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

    /// The lines that nodes have for a person, the most telling first. Of one that has nothing to say, or has ended, they
    /// are the last of its init.
    func lines(of nodes: [String]) async -> [String] {
        var lines: [String] = []
        for node in nodes.prefix(4) {
            if let evidence = await evidence(of: node), !evidence.isEmpty {
                lines += evidence.lines.map { "\(node): \($0)" }
            } else {
                lines += await NodeWatch.lastLines(of: node, count: 5, client: client).map {
                    "\(node): \($0)"
                }
            }
        }
        return lines
    }
}

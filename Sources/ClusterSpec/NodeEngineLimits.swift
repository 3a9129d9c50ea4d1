internal import EnginePlan
public import Values

extension ClusterSpec {
    /// What the engine `node` cannot do, and the kind engine can, is refused before anything is started, and never left
    /// out.
    ///
    /// - Parameter isInside: Whether this is the container itself, whose ports are the node's; a client gives them others
    ///   outside.
    /// - Throws: ``KinkajouError`` that names all of it.
    public func checkEngine(isInside: Bool) throws(KinkajouError) {
        guard madeBy == .node else { return }
        let cluster = parsed.cluster
        let mappings = cluster.nodes.flatMap(\.extraPortMappings)
        let ours = [Defaults.apiServerPort, Defaults.statusPort]
        let reasons: [(Bool, String)] = [
            (cluster.nodes.count > 1, "several nodes"),
            (cluster.networking.ipFamily != .ipv4, "IPv6"),
            (
                isInside
                    && mappings.contains { ($0.hostPort ?? 0) > 0 && $0.hostPort != $0.containerPort },
                "extraPortMappings to another port of this container"
            ),
            (
                mappings.contains { ours.contains($0.containerPort) && $0.protocol ?? .tcp == .tcp },
                "extraPortMappings of the ports \(ours[0]) and \(ours[1]), which are Kinkajou's"
            ),
        ]
        let missing = reasons.filter(\.0).map(\.1)
        guard !missing.isEmpty else { return }
        throw KinkajouError(
            "the engine \"node\" does not do this yet: \(missing.joined(separator: ", "))",
            cure: "leave it out, or use --engine kind", code: .usage)
    }
}

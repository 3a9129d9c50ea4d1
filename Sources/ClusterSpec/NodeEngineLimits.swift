internal import EnginePlan
public import Values

extension ClusterSpec {
    /// What the engine `node` cannot do, and the kind engine can, is refused before anything is started, and never left
    /// out.
    ///
    /// - Throws: ``KinkajouError`` that names all of it.
    public func checkEngine() throws(KinkajouError) {
        guard madeBy == .node else { return }
        let cluster = parsed.cluster
        let isContainerdChanged =
            !cluster.containerdConfigPatches.isEmpty || !cluster.containerdConfigPatchesJSON6902.isEmpty
            || !engine.registryMirrors.isEmpty || !engine.insecureRegistries.isEmpty
        let reasons: [(Bool, String)] = [
            (cluster.nodes.count > 1, "several nodes"),
            (cluster.networking.ipFamily != .ipv4, "IPv6"),
            (
                isContainerdChanged,
                "changes of containerd's configuration (patches, mirrors, insecure registries)"
            ),
            (cluster.nodes.contains { !$0.extraMounts.isEmpty }, "extraMounts"),
            (cluster.nodes.contains { !$0.extraPortMappings.isEmpty }, "extraPortMappings"),
            (logDirectory != nil, "export of logs"),
        ]
        let missing = reasons.filter(\.0).map(\.1)
        guard !missing.isEmpty else { return }
        throw KinkajouError(
            "the engine \"node\" has no \(missing.joined(separator: ", no ")) yet",
            cure: "leave it out, or use --engine kind", code: .usage)
    }
}

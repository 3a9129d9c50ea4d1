internal import ClusterSpec
internal import ClusterClient
internal import Diagnosis
internal import Doctor
internal import Values

/// The doctor's fast checks of a host cluster, before a cluster is made in it.
enum CreationPreflight {
    /// A host cluster that is slower than this is not waited for: the creation itself says what is wrong.
    private static let limit = Duration.seconds(1)

    /// What was found; nil where the host cluster did not tell in time.
    static func findings(of request: ClusterSpec, in host: HostCluster?) async -> Preflight? {
        guard let host else { return nil }
        let reader = HostClusterReader(client: host.client, namespace: host.namespace)
        let needs = needs(of: request, in: host.namespace)
        return await withTaskGroup(of: Preflight?.self) { group in
            group.addTask { Preflight(hostCluster: await reader.readForStart(needs)) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static func needs(of request: ClusterSpec, in namespace: String) -> HostClusterFacts.Needs {
        let resources = ClusterObjects(request, namespace: namespace, creation: "").resources
        let limits = resources["limits"].object.compactMapValues(\.string)
        // Where only a limit is given, it is the request too.
        let requests = limits.merging(resources["requests"].object.compactMapValues(\.string)) { $1 }
        return HostClusterFacts.Needs(requests: requests, limits: limits)
    }

    /// The error, with the check that explains it, if one does.
    ///
    /// - Parameter place: Where the cluster was to be: in Docker or in a host cluster.
    static func explained(_ error: KinkajouError, after preflight: Preflight?, in place: Target)
        -> KinkajouError
    {
        var error = error
        let likely = preflight?.findings.map(\.id) ?? []
        let check = Check.explaining([error.summary] + error.evidence, likely: likely)
        if let check, [.here, place].contains(check.target) { error.see = check.command(in: place) }
        return error
    }
}

public import ClusterSpec
internal import KubernetesAPI
internal import Values

extension KubernetesProvider {
    /// Whether this runs in a Pod of the host cluster, by that Pod's service account.
    var isInHostCluster: Bool { host.context == nil }

    /// The Pod of that name, to own a cluster.
    ///
    /// - Throws: ``KinkajouError`` where there is none: an owner that is not there would have the cluster deleted
    ///   at once.
    public func pod(owner name: String) async throws -> ClusterSpec.OwnerPod {
        do {
            let pod = try await client.get(.pods, name, namespace: namespace)
            guard let uid = pod["metadata"]["uid"].string, pod["metadata"]["deletionTimestamp"].isNull else {
                throw KinkajouError(
                    "the Pod \"\(name)\" is being deleted, and the cluster would be with it",
                    cure: "name another --owner")
            }
            return ClusterSpec.OwnerPod(name: name, uid: uid)
        } catch let error as KubernetesError where error.isNotFound {
            throw KinkajouError(
                "there is no Pod \"\(name)\" in \(place): an owner has to be in the cluster's namespace",
                cure: "correct --owner, or give --owner none")
        }
    }

    /// The Pod that this runs in, where it is in the namespace of the clusters: its name is that of the downward
    /// API's usual variable POD_NAME, or the host name.
    public func ownPod(environment: [String: String]) async throws -> ClusterSpec.OwnerPod? {
        guard isInHostCluster else { return nil }
        if let own = environment["POD_NAMESPACE"], !own.isEmpty, own != namespace { return nil }
        guard let name = environment["POD_NAME"] ?? environment["HOSTNAME"], !name.isEmpty else { return nil }
        do {
            let pod = try await client.get(.pods, name, namespace: namespace)
            guard let uid = pod["metadata"]["uid"].string else { return nil }
            if let own = environment["POD_UID"], !own.isEmpty, own != uid { return nil }
            return ClusterSpec.OwnerPod(name: name, uid: uid)
        } catch let error as KubernetesError where error.isNotFound {
            // A Pod on its host's network has another host name; or the clusters are in another namespace.
            return nil
        }
    }
}

internal import KubernetesAPI

/// Takes a cluster's Pod away and waits until it is gone.
struct PodRemoval {
    let client: KubernetesClient
    let namespace: String
    /// How long more than its grace period a Pod may take: the kubelet unmounts, and reports.
    private static let margin = 60

    /// Deletes a Pod, that one and no later one of the same name.
    func remove(_ pod: JSONValue, place: String) async throws {
        let name = pod["metadata"]["name"].string ?? ""
        let grace = Int(pod["spec"]["terminationGracePeriodSeconds"].integer ?? 30)
        let uid = pod["metadata"]["uid"].string
        let isThere: Bool
        do {
            isThere = try await client.delete(
                .pods, name, namespace: namespace, propagation: .background, uid: uid)
        } catch let error as KubernetesError where error.isConflict {
            return  // Another Pod has this name by now.
        } catch {
            throw HostClusterRefusal.explanation(of: error, doing: "delete the Pod \(name)", place: place)
        }
        guard isThere else { return }
        try await withTimeLimit(.seconds(grace + Self.margin), "the Pod \(name) to be gone") {
            for try await event in client.watch(
                .pods, namespace: namespace, labels: nil, fields: "metadata.name=\(name)")
            {
                switch event {
                case .deleted: return
                case .added(let other) where other["metadata"]["uid"].string != uid: return
                case .synced:
                    // The list that a watch begins with did not have it: it is gone already.
                    do {
                        let current = try await client.get(.pods, name, namespace: namespace)
                        if current["metadata"]["uid"].string != uid { return }
                    } catch let error as KubernetesError where error.isNotFound {
                        return
                    }
                default: continue
                }
            }
        }
    }
}

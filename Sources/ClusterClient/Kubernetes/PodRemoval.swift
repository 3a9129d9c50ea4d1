internal import KubernetesAPI
internal import Values

/// Takes a cluster's Pod away and waits until it is gone.
struct PodRemoval {
    let client: KubernetesClient
    let namespace: String
    /// The seconds that the Pod gets to end: what is thrown away need not be shut down in order.
    private static let grace = 1
    /// How long the Pod may take until it is gone: the kubelet unmounts, and reports.
    private static let limit = Duration.seconds(120)
    /// How long the kubelet's word is waited for before it is asked again.
    var patience = Duration.seconds(4)

    /// Deletes a Pod, that one and no later one of the same name.
    func remove(_ pod: JSONValue, place: String) async throws {
        let name = pod["metadata"]["name"].string ?? ""
        let uid = pod["metadata"]["uid"].string
        let isThere: Bool
        do {
            isThere = try await client.delete(
                .pods, name, namespace: namespace, propagation: .background, gracePeriodSeconds: Self.grace,
                uid: uid)
        } catch let error as KubernetesError where error.isConflict {
            return  // Another Pod has this name by now.
        } catch {
            throw HostClusterError.explanation(
                of: error, doing: "delete the Pod \(name)", place: place, namespace: namespace)
        }
        guard isThere else { return }
        try await withTimeLimit(Self.limit, "the Pod \(name) to be gone") {
            var reminders = 0
            while try await !self.isGone(name, uid: uid, within: self.patience) {
                guard let current = try await self.current(name, uid: uid) else { return }
                if reminders > 1, Self.hasNeverStarted(current) {
                    // Older kubelets report only after a minute or more that a Pod which never started is gone. Nothing
                    // of it runs that would have to be waited for, and the kubelet cleans up after it all the same.
                    _ = try await self.client.delete(
                        .pods, name, namespace: self.namespace, propagation: .background,
                        gracePeriodSeconds: 0, uid: uid)
                } else {
                    reminders += 1
                    await self.remind(name, uid: uid, reminders)
                }
            }
        }
    }

    /// Makes the kubelet look at the Pod again. A kubelet of 1.20 now and then misses the end of a Pod's containers, and
    /// sees it only when it next goes over all of its Pods, after up to a minute.
    private func remind(_ name: String, uid: String?, _ count: Int) async {
        let change: JSONValue = [
            "metadata": [
                "uid": uid.map(JSONValue.string) ?? .null,
                "annotations": [ClusterObjects.Key.deletionReminder: .string("\(count)")],
            ]
        ]
        // Who may not change Pods, waits.
        _ = try? await client.patch(.pods, name, namespace: namespace, change, type: .merge)
    }

    /// The Pod as it is now; nil when there is none, or another of the same name.
    private func current(_ name: String, uid: String?) async throws -> JSONValue? {
        do {
            let pod = try await client.get(.pods, name, namespace: namespace)
            return pod["metadata"]["uid"].string == uid ? pod : nil
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// Waits until the Pod is gone; false when the time is over before.
    private func isGone(_ name: String, uid: String?, within limit: Duration) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await self.waitUntilGone(name, uid: uid) }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    private func waitUntilGone(_ name: String, uid: String?) async throws -> Bool {
        for try await event in client.watch(
            .pods, namespace: namespace, labels: nil, fields: "metadata.name=\(name)")
        {
            switch event {
            case .deleted: return true
            case .added(let other) where other["metadata"]["uid"].string != uid: return true
            case .added(let pod), .modified(let pod):
                // Nothing of it runs any more; what it has written is removed by its kubelet all the same, which takes
                // a while for the images of a cluster.
                guard Self.hasEnded(pod) else { continue }
                _ = try await client.delete(
                    .pods, name, namespace: namespace, propagation: .background, gracePeriodSeconds: 0,
                    uid: uid)
            case .synced:
                // The list that a watch begins with did not have it: it is gone already.
                if try await current(name, uid: uid) == nil { return true }
            }
        }
        throw CancellationError()
    }

    /// Whether a Pod is being deleted and all of its containers have ended, as its status tells.
    static func hasEnded(_ pod: JSONValue) -> Bool {
        let containers = pod["status"]["containerStatuses"].array
        return !pod["metadata"]["deletionTimestamp"].isNull && !containers.isEmpty
            && containers.allSatisfy { !$0["state"]["terminated"].isNull }
    }

    /// Whether no container of a Pod has ever run, as its status tells. A Pod of which a node has not reported anything
    /// yet may have one.
    static func hasNeverStarted(_ pod: JSONValue) -> Bool {
        let containers = pod["status"]["containerStatuses"].array
        return !containers.isEmpty
            && containers.allSatisfy { container in
                let states = [container["state"], container["lastState"]]
                return container["restartCount"].integer ?? 0 == 0
                    && container["containerID"].string ?? "" == ""
                    && states.allSatisfy { $0["running"].isNull && $0["terminated"].isNull }
            }
    }
}

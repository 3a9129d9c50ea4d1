internal import Values

extension ClusterRecord {
    /// Reads a cluster from its Pod.
    init(pod: JSONValue) {
        let metadata = pod["metadata"]
        let annotations = metadata["annotations"]
        self.init(
            name: metadata["labels"][ClusterObjects.Key.cluster].string ?? "",
            namespace: metadata["namespace"].string ?? "", status: .pending)
        switch PodStage(pod: pod) {
        case .scheduling: (status, reason) = (.pending, "waits for a node")
        case .preparing:
            let waiting = pod["status"]["containerStatuses"][0]["state"]["waiting"]
            (status, reason) = (.pending, waiting["reason"].string ?? "")
        case .running:
            // A Pod that has never been ready has been unready since it was made.
            let unreadySince = PodStage.condition("Ready", of: pod)["lastTransitionTime"].string ?? ""
            let madeAt = PodStage.condition("Initialized", of: pod)["lastTransitionTime"].string ?? ""
            (status, reason) =
                unreadySince > madeAt ? (.notReady, "its API server does not answer") : (.starting, "")
        case .ready: status = .ready
        case .terminating: status = .terminating
        case .failed(let failure):
            (status, reason) = (
                failure == .lifetimeOver ? .expired : failure.mayPass ? .pending : .failed, failure.summary
            )
        }
        nodes = annotations[ClusterObjects.Key.nodes].string.flatMap { Int($0) }
        nodeImage = annotations[ClusterObjects.Key.nodeImage].string ?? ""
        host = pod["spec"]["nodeName"].string ?? ""
        address = pod["status"]["podIP"].string ?? ""
        created = metadata["creationTimestamp"].string ?? ""
        lifetime = annotations[ClusterObjects.Key.lifetime].string.flatMap { Int64($0) }
        expires = annotations[ClusterObjects.Key.expires].string ?? ""
        owner =
            metadata["ownerReferences"].array.first { $0["kind"].string == "Pod" }?["name"].string.map {
                "pod/\($0)"
            }
            ?? ""
    }
}

internal import HostFacts

extension Check {
    static let ephemeralStorage = Check(
        "ephemeral-storage", "The node will not evict the Pod for its disk", area: .storage,
        why:
            "Below 10 % of free disk a kubelet evicts Pods, those first that use most; a nested cluster does not know of"
            + " that limit.",
        explanation: """
            In a Pod: the free share of the file system that the data root is on, which is the node's for an `emptyDir` and \
            for the container's own files. Kubelets evict at `nodefs.available<10%`. The Pod's own `ephemeral-storage` limit \
            is not told to it.
            """,
        cure: "free disk on the node, or a PersistentVolumeClaim at /var/lib/docker instead of an emptyDir",
        references: ["helm/charts#9873"]
    ) { facts in
        let storage = facts.host.storage
        let source = "statfs(2) of \(storage.dataRoot)"
        guard facts.isPod, storage.totalBytes > 0 else {
            return [.ok("not in a Pod", from: "KUBERNETES_SERVICE_HOST")]
        }
        let share = Double(storage.freeBytes) / Double(storage.totalBytes) * 100
        let found = "\(share.inTenths) % of the node's disk are free"
        guard share < 15 else { return [.ok(found, from: source)] }
        return [
            .warning(
                found, from: source,
                cure:
                    "free disk on the node, or a PersistentVolumeClaim at \(storage.dataRoot) instead of an emptyDir"
            )
        ]
    }
}

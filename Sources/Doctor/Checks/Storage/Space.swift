internal import EnginePlan
internal import HostFacts

extension Check {
    static let space = Check(
        "disk-space", "There is enough disk space", area: .storage,
        why:
            "A node image takes some 3 GB when it is unpacked; on a full disk the engine ends, or keeps half an image.",
        explanation: """
            statfs(2) of the data root. Below 256 MiB `kinkajou dind` does not start; an engine wants 1 GiB, a cluster 4 GiB.
            """,
        cure:
            "docker system prune; a larger volume at /var/lib/docker; in a Pod: emptyDir: {sizeLimit: 20Gi}"
    ) { facts in
        let storage = facts.host.storage
        let source = "statfs(2) of \(storage.dataRoot)"
        let wanted: UInt64 = facts.purpose.hasKubernetes ? 4 << 30 : 1 << 30
        let found = "\(storage.freeBytes.asBytes) free of \(storage.totalBytes.asBytes)"
        // A data root that cannot be written to, or whose size is not told, is named elsewhere.
        guard storage.totalBytes > 0, storage.freeBytes < wanted else {
            return facts.planned(.space, from: source, otherwise: .ok(found, from: source))
        }
        return facts.planned(
            .space, from: source,
            otherwise: .warning(
                "\(found), and \(wanted.asBytes) are needed", from: source,
                cure:
                    "docker system prune; a larger volume at \(storage.dataRoot); in a Pod: emptyDir: {sizeLimit: 20Gi}"
            ))
    }
}

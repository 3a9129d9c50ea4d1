internal import EnginePlan
internal import HostFacts

extension Check {
    static let inodes = Check(
        "disk-inodes", "There are enough inodes", area: .storage,
        why: "Every file of an image takes one; without any left the disk is as good as full.",
        explanation: """
            statfs(2) of the data root. Below 1000 `kinkajou dind` does not start; an image has some 20 000 files, and 100 000 \
            should be free. Some file systems (btrfs, zfs) make inodes as needed and tell none.
            """,
        cure:
            "remove files there, put a volume with more inodes (mkfs.ext4 -N) at /var/lib/docker, or"
            + " name another place with --data-root"
    ) { facts in
        let storage = facts.host.storage
        let source = "statfs(2) of \(storage.dataRoot)"
        let found = "\(storage.freeInodes) free of \(storage.totalInodes)"
        guard storage.totalInodes > 0, storage.freeInodes < 100_000 else {
            return facts.planned(
                .inodes, from: source,
                otherwise: .ok(storage.totalInodes > 0 ? found : "made as needed", from: source))
        }
        return facts.planned(
            .inodes, from: source,
            otherwise: .warning(
                "\(found)", from: source,
                cure:
                    "remove files there, or put a volume with more inodes (mkfs.ext4 -N) at \(storage.dataRoot)"
            ))
    }
}

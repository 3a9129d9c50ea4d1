internal import EnginePlan
internal import HostFacts

extension Check {
    static let overlay = Check(
        "overlay", "Layers can be stacked", area: .storage,
        why:
            "Overlay does not work on overlay; without it every image and container is copied in full, slow and large.",
        explanation: """
            The file system of the data root, and overlay in `/proc/filesystems`. On overlay itself `kinkajou dind` uses \
            fuse-overlayfs where that is installed, else vfs with this warning. A node without Docker (`--engine node`) has \
            its volume at `/var/lib/kinkajou`, and does not start on overlay.
            """,
        cure:
            "mount an emptyDir or a volume on a local disk at /var/lib/docker; where the kernel lacks"
            + " overlay, on the node: modprobe overlay",
        references: ["docker/for-linux#1400", "kamal#1882"]
    ) { facts in
        let source = "statfs(2) of \(facts.host.storage.dataRoot), /proc/filesystems"
        let driver = facts.decision("storage driver") ?? facts.decision("image store")
        return facts.planned(
            .storageDriver, from: source,
            otherwise: .ok(
                "\(driver?.choice ?? "?"): \(driver?.reason ?? "") (\(facts.host.storage.fileSystem))",
                from: source))
    }
}

internal import HostFacts

extension Check {
    static let fileSystem = Check(
        "data-root-device", "Nodes can see the disk of the data root", area: .storage,
        why: "On btrfs, zfs and encrypted disks kubelets look for the device and do not find it in the node.",
        explanation:
            "The file system of the data root. kind mounts `/dev/mapper` into its nodes on btrfs and zfs.",
        cure: "if a node's kubelet ends: extraMounts: [{hostPath: /dev/mapper, containerPath: /dev/mapper}]",
        references: ["kind#2411"], purposes: Purpose.withKubernetes
    ) { facts in
        let storage = facts.host.storage
        let source = "statfs(2) of \(storage.dataRoot)"
        guard ["btrfs", "zfs", "bcachefs"].contains(storage.fileSystem) else {
            return [.ok(storage.fileSystem, from: source)]
        }
        return [
            .advice(
                storage.fileSystem, from: source
            )
        ]
    }
}

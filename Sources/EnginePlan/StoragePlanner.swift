internal import HostFacts
internal import Values

/// Decides the storage driver.
enum StoragePlanner {
    struct Outcome {
        var driver: String?
        var decision: Decision
        var problems: [Problem] = []
    }

    /// Less than this and no image fits.
    static let leastFreeBytes: UInt64 = 256 << 20

    /// dockerd refuses overlay2 on these (its "backing file system" check).
    static let unstackable: Set<String> = ["overlay", "nfs"]

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let storage = facts.storage
        var outcome = choose(facts, settings: settings)
        if let error = storage.writeError {
            outcome.problems.append(
                .error(
                    .dataRoot, "the data root \(storage.dataRoot) cannot be written to: \(error)",
                    cure:
                        "mount an emptyDir or a volume at \(storage.dataRoot), or name another with --data-root",
                    code: .storageUnusable))
        } else if storage.freeBytes < leastFreeBytes {
            outcome.problems.append(
                .error(
                    .space,
                    "the data root \(storage.dataRoot) has \(storage.freeBytes >> 20) MiB free of"
                        + " \(storage.totalBytes >> 20) MiB",
                    cure: "free some space, raise the emptyDir's sizeLimit, or name another with --data-root",
                    code: .storageUnusable))
        } else if storage.totalInodes > 0, storage.freeInodes < 1000 {
            outcome.problems.append(
                .error(
                    .inodes,
                    "the data root \(storage.dataRoot) has \(storage.freeInodes) of \(storage.totalInodes)"
                        + " inodes free",
                    cure: "remove files there, or name another place with --data-root",
                    code: .storageUnusable))
        }
        return outcome
    }

    private static func choose(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let storage = facts.storage
        func outcome(_ driver: String, _ reason: String, _ source: SettingSource = .plan) -> Outcome {
            Outcome(
                driver: driver,
                decision: Decision("storage driver", driver, because: reason, source: source))
        }
        func slow(_ reason: String, cure: String) -> Outcome {
            var outcome = outcome("vfs", reason)
            outcome.problems = [
                .warning(
                    .storageDriver, "\(reason), so images are copied in full (vfs): slow and large",
                    cure: cure)
            ]
            return outcome
        }
        if let asked = settings.storageDriver { return outcome(asked.value, "as asked for", asked.source) }
        if let present = storage.presentDrivers.first {
            return outcome(present, "the data root holds its images already")
        }
        if storage.fileSystem == "zfs" {
            return Outcome(
                driver: nil,
                decision: Decision(
                    "storage driver", "dockerd's choice",
                    because: "the data root is on zfs, and which drivers work there depends on its version"))
        }
        if let refusal = facts.userNamespace?.failures[.overlay] {
            let reason = "overlay cannot be mounted in this user namespace (\(refusal))"
            if hasFuseOverlay(facts) { return outcome("fuse-overlayfs", reason) }
            return slow(
                reason,
                cure:
                    "a node with Linux 5.11 or newer; or fuse-overlayfs in the image and /dev/fuse in the container"
            )
        }
        if !unstackable.contains(storage.fileSystem) {
            if facts.kernel.fileSystems.contains("overlay") || facts.kernel.hasModuleDirectory {
                return outcome("overlay2", "the data root is on \(storage.fileSystem)")
            }
            return slow("the kernel has no overlay file system", cure: "load the module overlay on the node")
        }
        let reason = "the data root is on \(storage.fileSystem) itself, which overlay cannot be stacked on"
        if hasFuseOverlay(facts) {
            return outcome("fuse-overlayfs", reason)
        }
        return slow(reason, cure: "mount an emptyDir or a volume on a local disk at \(storage.dataRoot)")
    }

    private static func hasFuseOverlay(_ facts: HostFacts) -> Bool {
        facts.engine.fuseOverlay != nil && facts.kernel.devices.contains("/dev/fuse")
    }
}

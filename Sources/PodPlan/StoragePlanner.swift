internal import HostFacts

/// Decides the storage driver.
enum StoragePlanner {
    struct Outcome {
        var driver: String?
        var decision: Decision
        var problems: [Problem] = []
    }

    /// Less than this and no image fits.
    static let leastFreeBytes: UInt64 = 256 << 20

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        let storage = facts.storage
        var outcome = choose(facts, settings: settings)
        if let error = storage.writeError {
            outcome.problems.append(
                .error(
                    "the data root \(storage.dataRoot) cannot be written to: \(error)",
                    cure:
                        "mount an emptyDir or a volume at \(storage.dataRoot), or name another with --data-root",
                    exitCode: .storageUnusable))
        } else if storage.freeBytes < leastFreeBytes {
            outcome.problems.append(
                .error(
                    "the data root \(storage.dataRoot) has \(storage.freeBytes >> 20) MiB free of"
                        + " \(storage.totalBytes >> 20) MiB",
                    cure: "free some space, raise the emptyDir's sizeLimit, or name another with --data-root",
                    exitCode: .storageUnusable))
        } else if storage.totalInodes > 0, storage.freeInodes < 1000 {
            outcome.problems.append(
                .error(
                    "the data root \(storage.dataRoot) has \(storage.freeInodes) of \(storage.totalInodes)"
                        + " inodes free",
                    cure: "remove files there, or name another place with --data-root",
                    exitCode: .storageUnusable))
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
        if let asked = settings.storageDriver { return outcome(asked.value, "as asked for", asked.source) }
        if let present = storage.presentDrivers.first {
            return outcome(present, "the data root holds its images already")
        }
        if storage.fileSystem != "overlay" {
            if facts.kernel.fileSystems.contains("overlay") || facts.kernel.hasModuleDirectory {
                return outcome("overlay2", "the data root is on \(storage.fileSystem)")
            }
            return outcome("vfs", "the kernel has no overlay file system")
        }
        if facts.engine.fuseOverlay != nil, facts.kernel.devices.contains("/dev/fuse") {
            return outcome("fuse-overlayfs", "the data root is on overlay itself, which cannot be stacked")
        }
        var slow = outcome("vfs", "the data root is on overlay itself, which cannot be stacked")
        slow.problems = [
            .warning(
                "the data root \(storage.dataRoot) is on the container's own overlay, so images are copied in"
                    + " full (vfs): slow and large",
                cure: "mount an emptyDir or a volume at \(storage.dataRoot)")
        ]
        return slow
    }
}

internal import Glibc
internal import HostFacts
internal import Linux

/// Looks at the place for the engine's data.
enum StorageReader {
    /// Storage drivers, by the directories that they make in a data root.
    private static let drivers = ["overlay2", "fuse-overlayfs", "btrfs", "zfs", "vfs"]

    static func read(dataRoot: String) -> StorageFacts {
        // It need not be there yet; then the directory that it will be made in counts.
        var place = dataRoot
        while !Files.exists(place), place != "/", !place.isEmpty {
            place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
            if place.isEmpty { place = "/" }
        }
        let status = try? FileSystemStatus(of: place)
        return StorageFacts(
            dataRoot: dataRoot,
            fileSystem: status?.type ?? "unknown",
            writeError: writeError(place),
            freeBytes: status?.freeBytes ?? 0,
            totalBytes: status?.totalBytes ?? 0,
            freeInodes: status?.freeInodes ?? 0,
            totalInodes: status?.totalInodes ?? 0,
            presentDrivers: drivers.filter { !Files.names(in: "\(dataRoot)/\($0)").isEmpty }
        )
    }

    private static func writeError(_ directory: String) -> String? {
        access(directory, W_OK) == 0 ? nil : String(cString: strerror(errno))
    }
}

internal import HostFacts
internal import Linux

/// The place for the engine's data.
extension FactsReader {
    /// Storage drivers, by the directories that they make in a data root.
    private static let drivers = ["overlay2", "fuse-overlayfs", "btrfs", "zfs", "vfs"]

    func storage(dataRoot: String) -> StorageFacts {
        // It need not be there yet; then the directory that it will be made in counts.
        var place = dataRoot
        while !exists(place), place != "/", !place.isEmpty {
            place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
            if place.isEmpty { place = "/" }
        }
        let status = calls.fileSystem(place)
        return StorageFacts(
            dataRoot: dataRoot,
            fileSystem: status?.type ?? "unknown",
            writeError: calls.writeFailure(place)?.reason,
            freeBytes: status?.freeBytes ?? 0,
            totalBytes: status?.totalBytes ?? 0,
            freeInodes: status?.freeInodes ?? 0,
            totalInodes: status?.totalInodes ?? 0,
            presentDrivers: Self.drivers.filter { !Files.names(in: "\(root)\(dataRoot)/\($0)").isEmpty }
        )
    }
}

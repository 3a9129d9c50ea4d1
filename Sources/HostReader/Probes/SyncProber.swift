internal import Glibc
public import HostFacts
internal import Linux

/// Finds out how fast a disk is for etcd, which writes a little and waits for the disk each time.
public enum SyncProber {
    private static let writes = 32
    private static let bytes = 2048
    private static let limit = Duration.seconds(2)

    /// Makes the probe; a failure is part of its result.
    public static func probe(_ dataRoot: String) async -> SyncProbe {
        // It need not be there yet; then the directory that it will be made in counts.
        var place = dataRoot
        while !Files.exists(place), let slash = place.lastIndex(of: "/"), place != "/" {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        let directory = place
        return await BlockingWork.run { measure(directory) }
    }

    private static func measure(_ place: String) -> SyncProbe {
        let path = place + "/.kinkajou-sync-\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return SyncProbe(place: place, milliseconds: [], failure: String(cString: strerror(errno)))
        }
        // Without a name nothing is left, however this process ends.
        unlink(path)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0x6b, count: bytes)
        var probe = SyncProbe(place: place, milliseconds: [])
        let start = ContinuousClock.now
        while probe.milliseconds.count < writes, start.duration(to: .now) < limit {
            let before = ContinuousClock.now
            guard write(descriptor, block, block.count) == block.count, fdatasync(descriptor) == 0 else {
                probe.failure = String(cString: strerror(errno))
                break
            }
            probe.milliseconds.append(before.duration(to: .now) / .milliseconds(1))
        }
        return probe
    }
}

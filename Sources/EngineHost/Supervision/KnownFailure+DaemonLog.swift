internal import DockerEngine
public import Doctor

extension KnownFailure {
    /// The known failure that dockerd's log speaks of: one that makes others, that of its reason, or else of its last
    /// warning or error. When the disk is full, for instance, the reason is a riddle, and containerd's warnings solve it.
    public static func ofDaemon(log lines: [String]) -> KnownFailure? {
        if let root = root(ofDaemon: lines) { return root }
        let reason = DaemonLog.failureReason(lines: lines).map { [$0] } ?? []
        return of(reason + DaemonLog.complaints(lines: lines).reversed(), from: [.dockerd])
    }

    /// The one that makes others, where the log speaks of it: starting dockerd again would not help.
    static func root(ofDaemon lines: [String]) -> KnownFailure? {
        let complaints = DaemonLog.complaints(lines: lines)
        return all.first { known in known.isRoot && complaints.contains { known.matches($0) } }
    }
}

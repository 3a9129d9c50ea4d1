internal import DockerEngine
public import Doctor

extension KnownFailure {
    /// The known failure that dockerd's log speaks of: that of its reason, or else of its last warning or error. When the
    /// disk is full, for instance, the reason is a riddle, and containerd's warnings solve it.
    public static func ofDaemon(log lines: [String]) -> KnownFailure? {
        let reason = DaemonLog.failureReason(lines: lines).map { [$0] } ?? []
        return of(reason + DaemonLog.complaints(lines: lines).reversed(), from: [.dockerd])
    }
}

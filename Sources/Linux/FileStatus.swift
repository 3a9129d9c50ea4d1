internal import Glibc

/// Who owns a file, who may use it, and when it was written (stat(2)). Links are followed.
public struct FileStatus: Sendable, Hashable {
    /// The owner.
    public let user: UInt32
    /// The group.
    public let group: UInt32
    /// The permission bits, with those for set-user-ID and the like.
    public let mode: UInt32
    /// When it was written last, in seconds since 1970.
    public let modified: Int

    /// Looks at a file; nil where there is none that can be seen.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        user = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o7777
        modified = status.st_mtim.tv_sec
    }
}

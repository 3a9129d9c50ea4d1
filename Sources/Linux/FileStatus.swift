internal import Glibc

/// Who owns a file, who may use it, how large it is, and when it was written (stat(2)). Links are followed.
///
/// Modules that import Foundation, even through others, have to ask here: there the compiler takes `stat` for a
/// declaration of CoreFoundation.
public struct FileStatus: Sendable, Hashable {
    /// What kind of file there is.
    public enum Kind: Sendable {
        /// Bytes.
        case regular
        /// A directory.
        case directory
        /// A device, a pipe, a socket.
        case other
    }

    /// What kind of file it is, or what a link leads to.
    public let kind: Kind
    /// The owner.
    public let user: UInt32
    /// The group.
    public let group: UInt32
    /// The permission bits, with those for set-user-ID and the like.
    public let mode: UInt32
    /// When it was written last, in seconds since 1970.
    public let modified: Int
    /// How many bytes it holds.
    public let size: Int

    /// Looks at a file; nil where there is none that can be seen.
    public init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            default: .other
            }
        user = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o7777
        modified = status.st_mtim.tv_sec
        size = status.st_size
    }
}

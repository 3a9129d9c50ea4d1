internal import Glibc

/// Mounts (mount(2), umount2(2)).
public enum Mounting {
    /// Mounts a file system.
    public static func mount(
        _ fileSystem: String, source: String, at target: String, options: [String] = []
    ) throws(SystemError) {
        try call(source, target, fileSystem, 0, options.joined(separator: ","))
    }

    /// Shows a directory at a second place.
    public static func bind(_ source: String, at target: String) throws(SystemError) {
        try call(source, target, nil, MS_BIND, nil)
    }

    /// Shows a directory or a file at a second place, with the mounts below it.
    public static func bindTree(_ source: String, at target: String) throws(SystemError) {
        try call(source, target, nil, MS_BIND | MS_REC, nil)
    }

    /// Makes a bind mount read-only; what is mounted below it stays as it is.
    public static func remountReadOnly(_ target: String) throws(SystemError) {
        try call(nil, target, nil, MS_REMOUNT | MS_BIND | MS_RDONLY, nil)
    }

    /// Makes a mount writable that was made read-only.
    public static func remountWritable(_ target: String) throws(SystemError) {
        // A bind mount's own flag and the file system's are two things; runtimes set the first.
        try call(nil, target, nil, MS_REMOUNT | MS_BIND, nil)
    }

    /// Passes mounts at and below a path on to the peers of each mount.
    public static func makeShared(_ target: String) throws(SystemError) {
        try call(nil, target, nil, MS_REC | MS_SHARED, nil)
    }

    /// Keeps mounts at and below a path to this mount namespace.
    public static func makePrivate(_ target: String) throws(SystemError) {
        try call(nil, target, nil, MS_REC | MS_PRIVATE, nil)
    }

    /// Takes the topmost mount away from a path; `lazily`: at once, also while it is in use.
    public static func unmount(_ target: String, lazily: Bool = false) throws(SystemError) {
        guard umount2(target, lazily ? Int32(MNT_DETACH) : 0) == 0 else {
            throw SystemError("umount", target, errno)
        }
    }

    private static func call(
        _ source: String?, _ target: String, _ fileSystem: String?, _ flags: Int, _ data: String?
    ) throws(SystemError) {
        guard Glibc.mount(source, target, fileSystem, UInt(flags), data) == 0 else {
            throw SystemError("mount", target, errno)
        }
    }
}

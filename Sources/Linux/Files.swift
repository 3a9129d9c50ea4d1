internal import Glibc

/// Small files, as those of /proc and of cgroups: read and written whole.
public enum Files {
    /// The content of a file.
    public static func read(_ path: String) throws(SystemError) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// The content of a file, whatever it is.
    ///
    /// - Parameter limit: How much of it is read at most.
    public static func bytes(_ path: String, limit: Int = .max) throws(SystemError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while content.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - content.count))
            if count > 0 {
                content += buffer[..<count]
            } else if count == 0 {
                return content
            } else if errno != EINTR {
                throw SystemError("read", path, errno)
            }
        }
        return content
    }

    /// Writes into a file that is there, in one call, as kernel files want it.
    public static func write(_ text: String, to path: String) throws(SystemError) {
        try put(Array(text.utf8), path: path, flags: O_WRONLY | O_CLOEXEC, mode: 0)
    }

    /// Makes a file, or writes over the one that is there: what a user named stays what it is, also where it is a
    /// link, a device or a file that somebody else has open.
    ///
    /// - Parameter mode: The permissions of a new one.
    public static func overwrite(_ path: String, with text: String, mode: UInt32) throws(SystemError) {
        try put(Array(text.utf8), path: path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode: mode)
    }

    /// Makes a file, or replaces it at once, with the given permissions.
    public static func replace(_ path: String, with text: String, mode: UInt32) throws(SystemError) {
        try replace(path, with: Array(text.utf8), mode: mode)
    }

    /// Makes a file of bytes, or replaces it at once, with the given permissions.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(SystemError) {
        let new = path + ".new"
        unlink(new)
        try put(bytes, path: new, flags: O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode: mode)
        guard rename(new, path) == 0 else {
            let failure = errno
            unlink(new)
            throw SystemError("rename", path, failure)
        }
    }

    /// Moves a file to another name of the same file system, at once.
    public static func move(_ path: String, to target: String) throws(SystemError) {
        guard rename(path, target) == 0 else { throw SystemError("rename", path, errno) }
    }

    private static func put(
        _ bytes: [UInt8], path: String, flags: Int32, mode: UInt32
    ) throws(SystemError) {
        let descriptor = open(path, flags, mode)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        repeat {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw SystemError("write", path, errno)
            }
        } while !rest.isEmpty
    }

    /// Whether there is something at the path.
    public static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Whether the path is a file that can be executed.
    public static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return access(path, X_OK) == 0 && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The names in a directory, without `.` and `..`; empty where it cannot be read.
    public static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The directories directly below a directory; symbolic links are not followed.
    public static func directories(in directory: String) -> [String] {
        names(in: directory).filter { isDirectory(directory + "/" + $0, followingLinks: false) }
    }

    /// Whether the path is a directory, or a link to one.
    public static func isDirectory(_ path: String) -> Bool { isDirectory(path, followingLinks: true) }

    private static func isDirectory(_ path: String, followingLinks: Bool) -> Bool {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        return fstatat(AT_FDCWD, path, &status, flags) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a directory with all that is in it, links as such. The result says what is left, and why.
    @discardableResult
    public static func removeTree(_ directory: String) -> [String] {
        var complaints: [String] = []
        func attempt(_ body: () throws(SystemError) -> Void) {
            do throws(SystemError) { try body() } catch { complaints.append("\(error)") }
        }
        let below = Set(directories(in: directory))
        for name in names(in: directory) {
            let path = directory + "/" + name
            if below.contains(name) {
                complaints += removeTree(path)
            } else {
                attempt { () throws(SystemError) in try remove(path) }
            }
        }
        attempt { () throws(SystemError) in try removeDirectory(directory) }
        return complaints
    }

    /// Makes a directory and those above it. The result names those that were not there, outermost first.
    @discardableResult
    public static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(SystemError) -> [String] {
        var made: [String] = []
        var current = ""
        for part in path.split(separator: "/") {
            current += "/" + part
            if mkdir(current, mode) == 0 {
                made.append(current)
                continue
            }
            // On a read-only file system that is the answer for one that is there, too.
            let failure = errno
            if !isDirectory(current) { throw SystemError("mkdir", current, failure) }
        }
        return made
    }

    /// Removes an empty directory (or a cgroup without members).
    public static func removeDirectory(_ path: String) throws(SystemError) {
        guard rmdir(path) == 0 || errno == ENOENT else { throw SystemError("rmdir", path, errno) }
    }

    /// Removes a file, socket or link; one that is not there is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink", path, errno) }
    }

    /// Makes a symbolic link, replacing one that is there.
    public static func link(_ target: String, at path: String) throws(SystemError) {
        unlink(path)
        guard symlink(target, path) == 0 else { throw SystemError("symlink", path, errno) }
    }

    /// What a symbolic link says, which need be no file, as with the descriptors below `/proc`; nil where there is none.
    public static func linkTarget(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink(path, &bytes, Int(PATH_MAX))
        guard length >= 0 else { return nil }
        return String(decoding: bytes.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Where a symbolic link leads in the end; nil where something on the way is missing.
    public static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

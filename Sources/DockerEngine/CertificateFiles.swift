internal import Glibc

/// The few file operations that certificates need.
struct CertificateFiles {
    /// No certificate or key is near this long.
    static let longestFile = 1 << 20

    /// Makes a directory, and those above it. One that exists is left as it is.
    static func makeDirectory(_ path: String) throws(DaemonCertificatesError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure("make the directory", path)
        }
        try makeDirectory(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make the directory", path) }
    }

    /// A file's text; nil when there is no such file.
    static func read(_ path: String) throws(DaemonCertificatesError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return String(decoding: content, as: UTF8.self) }
            content += chunk[..<count]
            guard content.count <= longestFile else {
                throw .file(operation: "read", path: path, reason: "it is longer than \(longestFile) bytes")
            }
        }
    }

    /// Whether somebody put something there: a file that is not empty.
    static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// Replaces a file in one step: whoever reads it sees the old or the new text, never a part.
    static func write(_ text: String, to path: String, mode: mode_t) throws(DaemonCertificatesError) {
        let temporary = path + ".new-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        // The mode given to open() passes through the umask; it can only be narrower until fchmod.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0o600)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        do throws(DaemonCertificatesError) {
            defer { close(descriptor) }
            guard fchmod(descriptor, mode) == 0 else { throw failure("set the mode of", temporary) }
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw failure("write", temporary) }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw failure("write", temporary) }
            guard rename(temporary, path) == 0 else { throw failure("replace", path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Sets a file's mode, when it is another and that can be done.
    static func setMode(_ mode: mode_t, of path: String) throws(DaemonCertificatesError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("read the mode of", path) }
        if status.st_mode & 0o7777 != mode, chmod(path, mode) != 0, errno != EROFS {
            throw failure("set the mode of", path)
        }
    }

    private static func failure(_ operation: String, _ path: String) -> DaemonCertificatesError {
        .file(operation: operation, path: path, reason: errorText(errno))
    }
}

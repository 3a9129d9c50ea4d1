internal import Glibc
internal import Linux

/// One kubeconfig file that is changed.
///
/// Changes are made under kubectl's lock, the file `FILE.lock`, which only one can make (O_EXCL), and the new text is
/// there all at once or not at all.
/// <https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/loader.go>
public struct KubeconfigFile: Sendable {
    /// The file.
    public let path: String
    /// How long to wait for another to give the lock back.
    public let lockTimeout: Duration

    /// Names a file. It need not be there.
    public init(path: String, lockTimeout: Duration = .seconds(10)) {
        self.path = path
        self.lockTimeout = lockTimeout
    }

    /// Reads the file, has it changed, and writes it. A file that is not there begins empty, and is made with mode
    /// 0600; one that is there keeps its mode and, where that is allowed, its owner. Nothing is written when nothing
    /// was changed. It blocks while another holds the lock.
    ///
    /// - Throws: ``KubeconfigError``, or what `change` throws; the file is then as it was.
    public func update(_ change: (inout Kubeconfig) throws -> Void) throws {
        let lock = try lock()
        defer { lock.release() }
        let before = try read()
        var config = before ?? Kubeconfig()
        try change(&config)
        guard config != before else { return }
        try write(config)
    }

    /// Finds out whether ``update(_:)`` could write the file now. Nothing of it is changed; a folder that is missing
    /// is not made.
    ///
    /// - Throws: ``KubeconfigError``: it is a folder, or no kubeconfig, or its folder cannot be written to.
    public func checkWritable() throws {
        let directory = absolutePath(directoryName(path), relativeTo: currentDirectory())
        var present = directory
        while present != "/", access(present, F_OK) != 0 { present = directoryName(present) }
        guard FileStatus(present)?.kind == .directory else {
            throw KubeconfigError.inaccessible(
                file: path, action: "write", reason: "\(present) is no folder")
        }
        guard present == directory else {
            guard access(present, W_OK | X_OK) == 0 else {
                throw KubeconfigError.inaccessible(
                    file: present, action: "write in", reason: errorText(errno))
            }
            return
        }
        if let kind = FileStatus(path)?.kind, kind != .regular {
            throw KubeconfigError.inaccessible(
                file: path, action: "write",
                reason: kind == .directory ? "it is a folder" : "it is no regular file")
        }
        let lock = try lock()
        defer { lock.release() }
        guard try read() == nil || access(path, W_OK) == 0 else {
            throw KubeconfigError.inaccessible(file: path, action: "write", reason: errorText(errno))
        }
    }

    /// Takes the lock, and makes the folders before it.
    func lock() throws -> FileLock {
        try makeDirectories()
        let lock = FileLock(path: path + ".lock")
        try lock.acquire(timeout: lockTimeout)
        return lock
    }

    /// What is in the file; nil: it is not there.
    func read() throws -> Kubeconfig? {
        let text: String
        do {
            text = String(decoding: try readFile(path), as: UTF8.self)
        } catch  where error.isMissing {
            return nil
        } catch {
            throw KubeconfigError.inaccessible(file: path, action: "read", reason: error.reason)
        }
        return try Kubeconfig(yaml: text, file: path)
    }

    private func makeDirectories() throws {
        let directory = absolutePath(directoryName(path), relativeTo: currentDirectory())
        var missing: [String] = []
        var current = directory
        while current != "/", access(current, F_OK) != 0 {
            missing.append(current)
            current = directoryName(current)
        }
        for directory in missing.reversed() where mkdir(directory, 0o755) != 0 && errno != EEXIST {
            throw KubeconfigError.inaccessible(file: directory, action: "make", reason: errorText(errno))
        }
    }

    /// Writes a file beside the real one, and renames it. Only for who has the lock.
    func write(_ config: Kubeconfig) throws {
        let bytes = Array(config.yaml().utf8)
        // A link stays a link: what it points to is replaced.
        let target = realpath(path, nil).map { resolved in
            defer { free(resolved) }
            return String(cString: resolved)
        }
        let status = target.flatMap { FileStatus($0) }
        let destination = target ?? path
        // Only who has the lock writes, so that a file of that name is left over from one that was killed.
        let temporary = destination + ".kinkajou-new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw inaccessible("write beside", errno) }
        var isRenamed = false
        defer {
            close(descriptor)
            if !isRenamed { unlink(temporary) }
        }
        try Self.writeAll(bytes, to: descriptor) { inaccessible("write", $0) }
        if let status {
            // Only root may give a file away; then its mode has to be set again.
            _ = fchown(descriptor, status.user, status.group)
            guard fchmod(descriptor, status.mode) == 0 else { throw inaccessible("write", errno) }
        }
        guard fsync(descriptor) == 0 else { throw inaccessible("write", errno) }
        if rename(temporary, destination) == 0 {
            isRenamed = true
        } else if errno == EBUSY {
            // The file itself is a mount, as in a container: it cannot be replaced, only written.
            try overwrite(destination, bytes)
        } else {
            throw inaccessible("replace", errno)
        }
    }

    private func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        guard descriptor >= 0 else { throw inaccessible("write", errno) }
        defer { close(descriptor) }
        try Self.writeAll(bytes, to: descriptor) { inaccessible("write", $0) }
    }

    private static func writeAll(
        _ bytes: [UInt8], to descriptor: CInt, _ failure: (CInt) -> KubeconfigError
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    private func inaccessible(_ action: String, _ number: CInt) -> KubeconfigError {
        .inaccessible(file: path, action: action, reason: errorText(number))
    }
}

internal import Glibc

/// The file that holds a spec: reads it, and replaces it in one step.
struct SpecFile {
    /// Larger files are not looked at. A real configuration has some ten kilobytes; the largest parts
    /// of one, its arguments and environment, the kernel bounds at a few megabytes (execve(2)).
    static let largest = 16 << 20

    /// The file itself, symbolic links resolved: these stay what they are when it is replaced.
    private let path: [UInt8]
    private let status: stat
    /// What the file holds.
    let text: [UInt8]

    /// Reads the file; nil if there is none, or if it is nothing to look at. The runtime will say why
    /// it does not like it.
    init?(path given: [UInt8]) {
        guard let resolved = withCPath(given, { realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        path = bytes(of: resolved)

        // Asked before the file is opened: opening a FIFO would take its data, or its writer's life.
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let descriptor = open(resolved, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (1...Self.largest).contains(Int(status.st_size))
        else { return nil }
        self.status = status
        guard let text = Self.readAll(descriptor, expected: Int(status.st_size)) else { return nil }
        self.text = text
    }

    private static func readAll(_ descriptor: Int32, expected: Int) -> [UInt8]? {
        var failed = false
        // One byte more than expected, to see whether the file has grown meanwhile.
        let text = [UInt8](unsafeUninitializedCapacity: expected + 1) { buffer, count in
            while count < buffer.count {
                let got = read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                if got == 0 { return }
                if got > 0 { count += got } else if errno != EINTR { break }
            }
            failed = true
        }
        return failed ? nil : text
    }

    /// What kept a file from being replaced.
    struct ReplaceError: Error, CustomStringConvertible {
        let step: String
        let cause: SystemError
        var description: String { "\(step): \(cause)" }
    }

    /// Replaces what the file holds, all of it or nothing, and keeps its mode and owner.
    ///
    /// There is no fsync: rename(2) makes the change whole for everyone who reads it on this machine,
    /// and after a crash of the machine there is no container left that it was for.
    func replace(with newText: [UInt8]) throws(ReplaceError) {
        // No signal may end the process while the temporary file is there.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        sigprocmask(SIG_SETMASK, &all, &before)
        defer { sigprocmask(SIG_SETMASK, &before, nil) }

        let (temporary, descriptor) = try makeTemporary()
        defer { close(descriptor) }
        do throws(ReplaceError) {
            try fill(descriptor, with: newText)
            let renamed = withCPath(temporary) { from in withCPath(path) { rename(from, $0) } }
            guard renamed == 0 else { throw ReplaceError(step: "cannot rename", cause: SystemError()) }
        } catch {
            _ = withCPath(temporary) { unlink($0) }
            throw error
        }
    }

    /// Makes an empty file in the directory of the file itself, where rename(2) can take it from.
    private func makeTemporary() throws(ReplaceError) -> (path: [UInt8], descriptor: Int32) {
        let directory = path.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] } ?? []
        // A name may be taken, by a process of the same number in another PID namespace.
        for attempt in 0..<16 {
            let name = directory + Array(".kinkajou-oci-\(getpid())-\(attempt)".utf8)
            let descriptor = withCPath(Array(name)) {
                open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
            if descriptor >= 0 { return (Array(name), descriptor) }
            if errno != EEXIST { break }
        }
        throw ReplaceError(step: "cannot make a file beside it", cause: SystemError())
    }

    private func fill(_ descriptor: Int32, with newText: [UInt8]) throws(ReplaceError) {
        var rest = newText[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest.removeFirst(written)
            } else if written == 0 || errno != EINTR {
                throw ReplaceError(step: "cannot write", cause: SystemError())
            }
        }
        // The owner first: a change of owner takes set-id bits away.
        var made = stat()
        let isSame =
            fstat(descriptor, &made) == 0 && made.st_uid == status.st_uid && made.st_gid == status.st_gid
        guard isSame || fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
            throw ReplaceError(step: "cannot keep the owner", cause: SystemError())
        }
        guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
            throw ReplaceError(step: "cannot keep the mode", cause: SystemError())
        }
    }
}

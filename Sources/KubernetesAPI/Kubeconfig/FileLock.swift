internal import Glibc
internal import Linux

/// A lock that is a file: who makes it has it. kubectl's are empty; ours say who made them.
struct FileLock {
    let path: String

    /// Waits for the lock, and looks for it more and more seldom: nothing tells when another deletes it on a file
    /// system of the network.
    func acquire(timeout: Duration) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        var pause: UInt32 = 1000
        while true {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                let text = Array("process \(getpid()) (kinkajou)\n".utf8)
                _ = write(descriptor, text, text.count)
                close(descriptor)
                return
            }
            guard errno == EEXIST else {
                throw KubeconfigError.inaccessible(file: path, action: "make", reason: errorText(errno))
            }
            guard clock.now < deadline else {
                throw KubeconfigError.locked(lock: path, holder: holder(), waited: timeout)
            }
            usleep(pause)
            pause = min(2 * pause, 100_000)
        }
    }

    func release() {
        unlink(path)
    }

    /// Who holds it, as far as it can be known: a clause for messages.
    private func holder() -> String {
        guard let status = FileStatus(path) else { return "was released just now" }
        let age = max(0, time(nil) - status.modified)
        var text = "was made \(age) s ago by user \(status.user)"
        if let bytes = try? readFile(path), !bytes.isEmpty {
            let line = String(decoding: bytes.prefix(100), as: UTF8.self).split(separator: "\n").first ?? ""
            text += ", \(line)"
            let words = line.split(separator: " ")
            if words.count > 1, words[0] == "process", let pid = pid_t(words[1]), kill(pid, 0) != 0,
                errno == ESRCH
            {
                text += ", which no longer runs here"
            }
        }
        return text
    }
}

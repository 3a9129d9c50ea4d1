internal import Console
internal import Glibc
internal import Linux

/// The file that dockerd writes its log to.
struct DaemonLogFile: Sendable {
    let path: String
    private let start: Int

    /// Opens the log for this run; what earlier runs wrote is kept and passed over.
    init(path: String) throws(SystemError) {
        self.path = path
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Files.makeDirectories(String(path[..<slash]))
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        defer { close(descriptor) }
        start = Int(lseek(descriptor, 0, SEEK_END))
    }

    /// A descriptor to write to, for a child.
    func openForAppending() throws(SystemError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        return descriptor
    }

    /// Where the next line will be written.
    var end: Int {
        FileStatus(path)?.size ?? start
    }

    /// The lines from a place on; of many the last.
    func lines(from position: Int) -> [String] {
        String(decoding: bytes(from: position, atMost: 1 << 20), as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    /// Copies what is written to stderr until the task is cancelled.
    func follow() async {
        var position = start
        while !Task.isCancelled {
            position = copy(from: position)
            try? await Task.sleep(for: .milliseconds(100))
        }
        _ = copy(from: position)
    }

    private func copy(from position: Int) -> Int {
        let new = read(from: position, count: 1 << 20)
        if !new.isEmpty { StandardError.write(bytes: new) }
        return position + new.count
    }

    private func bytes(from position: Int, atMost limit: Int) -> [UInt8] {
        guard let size = FileStatus(path)?.size else { return [] }
        return read(from: max(position, size - limit), count: limit)
    }

    private func read(from position: Int, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &buffer, count, off_t(position))
        return got > 0 ? Array(buffer[..<got]) : []
    }
}

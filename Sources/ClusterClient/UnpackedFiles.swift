internal import Glibc
internal import ImageArchives
internal import Linux
internal import Synchronization

/// Writes the files of a tar archive below a directory, and nowhere else: every step of a path is opened by itself and
/// never through a link, a file that is there is replaced and not written into, and no file gets a mode or an owner from
/// the archive.
final class UnpackedFiles: Sendable {
    private struct State {
        var stream: TarStream
        /// The file that is written; -1: none.
        var file: Int32 = -1
        var leftOut = 0
    }

    private let root: Int32
    private let path: String
    private let state: Mutex<State>

    /// Below a directory that is there.
    ///
    /// - Parameter sizeLimit: How many bytes all files may have.
    init(below path: String, sizeLimit: Int64) throws(SystemError) {
        let root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw SystemError("open", path, errno) }
        self.root = root
        self.path = path
        state = Mutex(State(stream: TarStream(sizeLimit: sizeLimit)))
    }

    deinit {
        state.withLock { if $0.file >= 0 { close($0.file) } }
        close(root)
    }

    /// Whether the archive has come to its end.
    var isComplete: Bool { state.withLock { $0.stream.isComplete } }
    /// How many entries were left out: links, devices.
    var leftOut: Int { state.withLock { $0.leftOut } }

    /// Takes a piece of the archive.
    ///
    /// - Throws: `TarStream.Problem` or `SystemError`.
    func take(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            for item in try state.stream.take(bytes) {
                switch item {
                case .directory(let name): close(try directory(name.split(separator: "/").map(String.init)))
                case .file(let name, _): state.file = try file(name)
                case .content(let piece): try write(piece, to: state.file)
                case .fileEnd:
                    close(state.file)
                    state.file = -1
                case .leftOut: state.leftOut += 1
                }
            }
        }
    }

    /// Opens a directory below the root, and makes what is missing of it.
    private func directory(_ parts: [String]) throws(SystemError) -> Int32 {
        var current = dup(root)
        guard current >= 0 else { throw SystemError("dup", path, errno) }
        for part in parts {
            if mkdirat(current, part, 0o755) != 0, errno != EEXIST {
                let failure = errno
                close(current)
                throw SystemError("mkdir", "\(path)/\(parts.joined(separator: "/"))", failure)
            }
            let next = openat(current, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let failure = errno
            close(current)
            guard next >= 0 else {
                throw SystemError("open", "\(path)/\(parts.joined(separator: "/"))", failure)
            }
            current = next
        }
        return current
    }

    private func file(_ name: String) throws(SystemError) -> Int32 {
        var parts = name.split(separator: "/").map(String.init)
        let last = parts.removeLast()
        let parent = try directory(parts)
        defer { close(parent) }
        unlinkat(parent, last, 0)
        let file = openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw SystemError("open", "\(path)/\(name)", errno) }
        return file
    }

    private func write(_ piece: [UInt8], to file: Int32) throws(SystemError) {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("write", path, errno)
            }
            rest = rest.dropFirst(count)
        }
    }
}

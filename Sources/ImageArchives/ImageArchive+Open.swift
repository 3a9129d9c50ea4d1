internal import Glibc
internal import Linux

extension ImageArchive {
    /// Opens an archive and reads what is in it, without the contents.
    ///
    /// A file that is packed (gzip, zstd, xz, bzip2) is unpacked, by the program of that name, into a file
    /// without a name, which is gone when the archive is; so is what comes through a pipe, and an OCI layout that is a
    /// directory.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - spoolDirectory: Where such a file is made; nil: TMPDIR, or else /var/tmp.
    ///   - spoolLimit: How many bytes it may have.
    ///   - onSpooled: Gets the number of bytes that were unpacked so far, some times a second.
    /// - Throws: ``ImageArchiveError``, or `CancellationError`.
    public static func open(
        _ path: String, spoolDirectory: String? = nil, spoolLimit: Int64 = 64 << 30,
        onSpooled: @Sendable (Int64) -> Void = { _ in }
    ) async throws -> ImageArchive {
        let spool = Spool(
            path: path, directory: spoolDirectory ?? Environment.value("TMPDIR") ?? "/var/tmp",
            limit: spoolLimit)
        var descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
            switch status.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFDIR:
                descriptor = try await spool.pack(directory: path, taking: descriptor, onSpooled: onSpooled)
            default: descriptor = try await spool.copy(taking: descriptor, onSpooled: onSpooled)
            }
            var magic = [UInt8](repeating: 0, count: Packing.magicSize)
            let count = pread(descriptor, &magic, magic.count, 0)
            if let packing = Packing(Array(magic.prefix(max(0, count)))) {
                descriptor = try await spool.unpack(packing, taking: descriptor, onSpooled: onSpooled)
            }
        } catch {
            close(descriptor)
            throw error
        }
        guard let file = ArchiveFile(descriptor: descriptor, path: path) else {
            let failure = errno
            close(descriptor)
            throw unreadable(path, failure)
        }
        guard file.size > 0 else {
            throw ImageArchiveError(
                .truncated, path: path, problem: "it is empty",
                cure: "the file is incomplete: copy it again, or " + ImageArchiveError.saveAgain)
        }
        return try ImageArchive(file)
    }

    /// Whether a file has to be unpacked before it can be read.
    public static func isPacked(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var magic = [UInt8](repeating: 0, count: Packing.magicSize)
        let count = pread(descriptor, &magic, magic.count, 0)
        return Packing(Array(magic.prefix(max(0, count)))) != nil
    }

    /// Whether a directory has an OCI layout in it.
    public static func isLayout(directory: String) -> Bool {
        access(directory + "/oci-layout", R_OK) == 0 && access(directory + "/index.json", R_OK) == 0
    }

    private static func unreadable(_ path: String, _ failure: Int32) -> ImageArchiveError {
        ImageArchiveError(
            .unreadable, path: path, problem: "it cannot be read: \(String(cString: strerror(failure)))",
            cure: "give the path of a file that is there and may be read")
    }
}

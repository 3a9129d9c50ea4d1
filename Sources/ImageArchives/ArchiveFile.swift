internal import Crypto
internal import Glibc

/// A file that is read piece by piece, from anywhere in it.
final class ArchiveFile: Sendable {
    /// Its path, for messages.
    let path: String
    /// Its size in bytes.
    let size: Int64
    private let descriptor: Int32

    /// Takes over a descriptor that can seek; nil where the file's size cannot be read.
    init?(descriptor: Int32, path: String) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.path = path
        self.descriptor = descriptor
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills the buffer from a place in the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ImageArchiveError) {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                off_t(offset) + off_t(done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .truncated(path, "it ends at byte \(offset + Int64(done)), in the middle of something")
            } else if errno != EINTR {
                throw ImageArchiveError(
                    .unreadable, path: path,
                    problem: "reading failed at byte \(offset): \(String(cString: strerror(errno)))",
                    cure: "check the file and the disk that it is on")
            }
        }
    }

    /// So many bytes from a place in the file; the caller has checked that they are few.
    func bytes(_ location: Location) throws(ImageArchiveError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(location.size))
        var failure: ImageArchiveError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(ImageArchiveError) {
                try read(into: buffer, at: location.offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The first bytes of a piece.
    func beginning(of location: Location, count: Int) throws(ImageArchiveError) -> [UInt8] {
        try bytes(Location(offset: location.offset, size: min(location.size, Int64(count))))
    }

    /// The digest of a piece.
    func digest(of location: Location) throws(ImageArchiveError) -> ContentDigest {
        var hash = SHA256()
        var rest = location
        while rest.size > 0 {
            let piece = try beginning(of: rest, count: 1 << 20)
            hash.update(data: piece)
            rest.offset += Int64(piece.count)
            rest.size -= Int64(piece.count)
        }
        return ContentDigest(hash.finalize())
    }
}

internal import Console
internal import Glibc
internal import Linux
internal import Values

/// The file that `create cluster --trace` and `run --trace` write.
struct TraceFile: Sendable {
    let path: String

    /// Sees to it that it can be written, before a minute is spent on a cluster.
    func checkWritable() throws(KinkajouError) {
        let isNew = !Files.exists(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(SystemError("open", path, errno)) }
        close(descriptor)
        if isNew { unlink(path) }
    }

    /// Writes what was seen of a start.
    func write(_ trace: Trace) throws(KinkajouError) {
        do throws(SystemError) {
            try Files.overwrite(path, with: TraceFormat(path: path).text(trace), mode: 0o644)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: SystemError) -> KinkajouError {
        KinkajouError(
            "the trace cannot be written: \(error)",
            cure: "name a file with --trace in a directory that you may write to", code: .failed)
    }
}

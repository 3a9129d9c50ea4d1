internal import ArgumentParser
internal import Console
internal import Glibc
internal import Linux
internal import Values

/// The forms of a trace.
enum TraceFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, html

    /// The form that a file's name asks for.
    init(path: String) {
        if path.hasSuffix(".html") || path.hasSuffix(".htm") {
            self = .html
        } else {
            self = path.hasSuffix(".json") ? .json : .text
        }
    }

    /// The trace in this form.
    ///
    /// - Parameter descriptor: Where it is shown, whose width and colours count; nil: a file's.
    func text(_ trace: Trace, on descriptor: Int32? = nil) -> String {
        switch self {
        case .text:
            trace.text(
                width: descriptor.flatMap { isatty($0) == 1 ? Terminal.size?.columns : nil } ?? 80,
                hasColour: descriptor.map(Terminal.hasColour) ?? false)
        case .json: String(decoding: trace.json.encoded(pretty: true), as: UTF8.self) + "\n"
        case .html: trace.html
        }
    }
}

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

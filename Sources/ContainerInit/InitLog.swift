internal import CLinux
internal import Glibc

/// Messages in tini's form, `[WARN  tini (1)] text`, on stderr. (tini writes information and below to
/// stdout; there it would be in the way of the child's data.)
struct InitLog {
    enum Level: Int {
        case fatal, warning, information, debug, trace

        /// As wide as the others, except the first: tini's alignment.
        var label: String {
            switch self {
            case .fatal: "FATAL"
            case .warning: "WARN "
            case .information: "INFO "
            case .debug: "DEBUG"
            case .trace: "TRACE"
            }
        }
    }

    let program: String
    let verbosity: Int

    func write(_ level: Level, _ text: @autoclosure () -> String) {
        guard level.rawValue <= verbosity || level == .fatal else { return }
        Self.writeAll("[\(level.label) \(program) (\(getpid()))] \(text())\n", to: STDERR_FILENO)
    }

    /// Writes a text as far as the descriptor takes it. A stream that is closed, full or broken must not
    /// disturb the init, nor may the SIGPIPE that comes of it be taken for one to forward.
    static func writeAll(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start)
            }
            if written >= 0 {
                start += written
            } else if errno == EPIPE {
                discardBrokenPipe()
                return
            } else if errno != EINTR {
                return
            }
        }
    }

    /// The kernel raises SIGPIPE in the writing thread, where it is taken before one that was sent to the
    /// process. Where SIGPIPE is ignored there is none to take.
    private static func discardBrokenPipe() {
        var taken: Int32 = 0
        _ = clinux_signal_wait(([SIGPIPE] as SignalSet).bits, 0, &taken)
    }
}

internal import DockerEngine
internal import Doctor
internal import Values

/// What is told of a program of a node that has ended. Pure.
enum ProgramFailure {
    /// The error, with the program's own last errors in place of a stack trace, and the cause and cure of a failure that
    /// is known.
    ///
    /// - Parameters:
    ///   - summary: What happened.
    ///   - program: Its name: `kubelet` or `containerd`.
    ///   - log: The lines that it wrote.
    ///   - path: The log's file.
    static func error(
        _ summary: String, program: String, log: [String], path: String, code: ErrorCode
    ) -> KinkajouError {
        let part = KnownFailure.Part(rawValue: program)
        let errors =
            part == .kubelet
            ? Klog.errors(log) : DaemonLog.failureReason(lines: log).map { [Klog.short($0)] } ?? []
        let tail = DaemonLog.tail(lines: log, count: 8)
        let known = KnownFailure.of(errors + tail.reversed(), from: Set([part].compactMap(\.self)))
        return KinkajouError(
            known?.cause.map { "\(summary): \($0)" } ?? summary,
            cure: known?.cure ?? "read its log, \(path)", evidence: errors.isEmpty ? tail : errors,
            code: code, see: known?.command)
    }
}

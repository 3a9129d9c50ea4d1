internal import Glibc
internal import Synchronization
public import Values

/// A program that is run to its end while its output is taken.
public enum CapturedProgram {
    /// What a program left.
    public struct Result: Sendable {
        /// How it ended.
        public var status: ExitStatus
        /// What it wrote to stdout; of much only the beginning.
        public var output: String
        /// What it wrote to stderr; of much only the beginning.
        public var errors: String

        /// A result from its parts.
        public init(status: ExitStatus, output: String, errors: String) {
            self.status = status
            self.output = output
            self.errors = errors
        }

        /// Whether its exit status was 0.
        public var isSuccess: Bool { status == .exited(0) }

        /// The last line that it wrote to stderr, or how it ended.
        public var reason: String {
            errors.split(separator: "\n").last.map(String.init) ?? "\(status)"
        }
    }

    /// A program that did not end in time, and was ended.
    public struct TimedOut: ReportableError, Sendable, CustomStringConvertible {
        /// The program.
        public var program: String
        /// The limit.
        public var limit: Duration
        /// What it had written to stderr.
        public var errors: String
        /// The program and the limit, in a line.
        public var description: String {
            "\(program) did not end within \(limit.components.seconds) s"
        }
        /// What a person is told.
        public var report: KinkajouError {
            KinkajouError(
                description, cure: "see whether the machine is overloaded, and try again",
                evidence: errors.split(separator: "\n").suffix(5).map(String.init), code: .timedOut)
        }
    }

    /// Runs a program; it is ended, with its children, at the time-out and when the task is cancelled.
    ///
    /// - Parameters:
    ///   - request: The program. Its streams are set here.
    ///   - input: What it reads from stdin: at most as much as a pipe takes, 1 MiB.
    ///   - timeout: How long it may run.
    ///   - onErrorLine: Gets each line of stderr as it is written.
    /// - Throws: `SpawnError`, ``TimedOut``, `SystemError`, or `CancellationError`.
    public static func run(
        _ request: ChildRequest, input: String = "", timeout: Duration,
        onErrorLine: (@Sendable (String) -> Void)? = nil
    ) async throws -> Result {
        let stdin = try Pipe(holding: input)
        let stdout = try Pipe()
        let stderr = try Pipe()
        var request = request
        request.streams = (stdin.reading, stdout.writing, stderr.writing)
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            for pipe in [stdin, stdout, stderr] { pipe.close() }
            throw error
        }
        for descriptor in [stdin.reading, stdout.writing, stderr.writing] { Glibc.close(descriptor) }
        let output = Gathered(onLine: nil)
        let errors = Gathered(onLine: onErrorLine)
        let readers = [
            Task { await output.read(stdout.reading) }, Task { await errors.read(stderr.reading) },
        ]
        let status = await child.wait(atMost: timeout)
        var isStuck = false
        if status == nil {
            // The task may have been cancelled, and the end has to be waited for nevertheless.
            isStuck = await Task.detached { await !end(child) }.value
        }
        // A child of it that lives on would hold the pipes open.
        child.signalRemainingGroup(SIGKILL)
        // One that is stuck in the kernel (state D) keeps them open until that lets it go.
        if !isStuck { for reader in readers { await reader.value } }
        guard let status else {
            try Task.checkCancellation()
            throw TimedOut(program: request.executable.description, limit: timeout, errors: errors.text)
        }
        try Task.checkCancellation()
        return Result(status: status, output: output.text, errors: errors.text)
    }

    /// Ends a program with its children, by SIGKILL where nothing else does. Returns whether it has ended.
    private static func end(_ child: ChildProcess) async -> Bool {
        for (signal, patience) in [(SIGTERM, Duration.seconds(1)), (SIGKILL, .seconds(2))] {
            child.signal(signal, group: true)
            if await child.wait(atMost: patience) != nil { return true }
        }
        return false
    }

    /// What comes out of a pipe.
    private final class Gathered: Sendable {
        private static let limit = 16 << 20
        private let bytes = Mutex<[UInt8]>([])
        private let onLine: (@Sendable (String) -> Void)?

        init(onLine: (@Sendable (String) -> Void)?) {
            self.onLine = onLine
        }

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        func read(_ descriptor: Int32) async {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let started = OwnThread.detach { [self] in
                    take(descriptor)
                    continuation.resume()
                }
                if !started {
                    Glibc.close(descriptor)
                    continuation.resume()
                }
            }
        }

        private func take(_ descriptor: Int32) {
            defer { Glibc.close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 65536)
            var line: [UInt8] = []
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                bytes.withLock { bytes in
                    bytes += buffer[..<min(count, max(0, Self.limit - bytes.count))]
                }
                guard let onLine else { continue }
                line += buffer[..<count]
                while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                    onLine(String(decoding: line[..<end], as: UTF8.self))
                    line.removeFirst(end + 1)
                }
            }
            if let onLine, !line.isEmpty { onLine(String(decoding: line, as: UTF8.self)) }
        }
    }
}

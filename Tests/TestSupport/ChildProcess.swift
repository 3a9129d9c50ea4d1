internal import CLinux
internal import Glibc

/// A process that a test started, with pipes for its output.
///
/// It exists because Foundation's `Process` neither sets the signal state of its children nor can start one
/// as PID 1, and has descriptors of its own leak into them.
public final class ChildProcess {
    /// What to start, and how.
    public struct Setup {
        /// The file; without a slash it is looked for in PATH.
        public var executable: String
        /// Its arguments, with its name first.
        public var arguments: [String]
        /// `NAME=value` each; `nil`: those of the test.
        public var environment: [String]?
        /// Start it as PID 1 of a new PID namespace.
        public var isNamespaceInit = false
        /// What the child has as descriptors 0, 1 and 2. `nil`: /dev/null for 0, a pipe for 1 and 2.
        public var streams: [Int32?] = [nil, nil, nil]
        /// Start it in a new session, rather than in a process group of its own.
        public var hasNewSession = false
        /// The child's signal mask; bit n-1 is signal n.
        public var signalMask: UInt64 = 0
        /// Signals that the child ignores from its start on; bit n-1 is signal n.
        public var ignoredSignals: UInt64 = 0

        /// Plain: environment of the test, output to pipes, own group.
        public init(_ executable: String, _ arguments: [String] = [], name: String? = nil) {
            self.executable = executable
            self.arguments = [name ?? executable] + arguments
        }
    }

    /// Why a process could not be started.
    public struct StartFailure: Error, CustomStringConvertible {
        /// What was to be started.
        public let executable: String
        /// The errno value.
        public let error: Int32
        /// One line.
        public var description: String {
            "\(executable) could not be started: \(String(cString: strerror(error)))"
        }
    }

    /// A process that did not do in time what a test waited for.
    public struct Timeout: Error, CustomStringConvertible {
        /// What was waited for.
        public let awaited: String
        /// With what was waited for.
        public init(awaited: String) {
            self.awaited = awaited
        }

        /// One line.
        public var description: String { "timed out waiting for \(awaited)" }
    }

    /// Its number in the PID namespace of the test.
    public let pid: Int32
    private let executable: String
    private var outputs: [Int32: Int32] = [:]
    private var collected: [Int32: [UInt8]] = [1: [], 2: []]
    private var status: Int32?

    /// Starts it. On return it has executed its program (the very moment is known by a close-on-exec pipe).
    public init(_ setup: Setup) throws {
        executable = setup.executable
        var request = clinux_spawn_request()
        request.search_path = true
        request.group = Int32((setup.hasNewSession ? CLINUX_GROUP_NEW_SESSION : CLINUX_GROUP_NEW).rawValue)
        request.signal_mask = setup.signalMask
        request.default_signals = .max
        request.ignored_signals = setup.ignoredSignals
        request.close_descriptors = true
        request.new_namespaces = setup.isNamespaceInit ? 0x2000_0000 : 0

        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        var streams: [Int32] = []
        for (index, stream) in setup.streams.enumerated() {
            if let stream {
                streams.append(stream)
            } else if index == 0 {
                opened.append(open("/dev/null", O_RDONLY | O_CLOEXEC))
                streams.append(opened[opened.count - 1])
            } else {
                var ends: [Int32] = [-1, -1]
                guard pipe(&ends) == 0 else { throw StartFailure(executable: executable, error: errno) }
                for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
                outputs[Int32(index)] = ends[0]
                opened.append(ends[1])
                streams.append(ends[1])
            }
        }
        (request.standard_input, request.standard_output, request.standard_error) =
            (streams[0], streams[1], streams[2])

        let name = strdup(setup.executable)
        var arguments = setup.arguments.map { (text: String) in strdup(text) } + [nil]
        var environment = (setup.environment ?? []).map { (text: String) in strdup(text) } + [nil]
        defer {
            free(name)
            for text in arguments + environment { free(text) }
        }
        request.executable = UnsafePointer(name)
        var child: pid_t = -1
        let error = arguments.withUnsafeMutableBufferPointer { arguments in
            environment.withUnsafeMutableBufferPointer { environment in
                request.arguments = UnsafePointer(arguments.baseAddress)
                if setup.environment != nil { request.environment = UnsafePointer(environment.baseAddress) }
                var failure = clinux_spawn_failure()
                return clinux_spawn(&request, &child, nil, &failure)
            }
        }
        pid = child
        guard error == 0 else {
            for descriptor in outputs.values { close(descriptor) }
            throw StartFailure(executable: setup.executable, error: error)
        }
    }

    /// Sends it a signal. Returns false when it is gone.
    @discardableResult
    public func signal(_ signal: Int32) -> Bool { status == nil && kill(pid, signal) == 0 }

    /// Whether it has ended (and was reaped by this).
    public func hasEnded() -> Bool {
        drain()
        guard status == nil else { return true }
        var raw: Int32 = 0
        if waitpid(pid, &raw, WNOHANG) == pid { status = raw }
        drain()
        return status != nil
    }

    /// Waits for its end, and returns its exit status as a shell has it: 128+n for signal n.
    public func wait(seconds: Double = 30) throws -> Int32 {
        try Wait.until("\(executable) (\(pid)) to end; so far: \(output)\(errors)", seconds: seconds) {
            hasEnded()
        }
        let raw = status ?? 0
        return raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
    }

    /// Waits until its stdout holds a text; ends at once, with an error, when the process has ended without it.
    public func waitForOutput(_ text: String, seconds: Double = 30) throws {
        try wait(for: text, from: 1, seconds: seconds)
    }

    /// Waits until its stderr holds a text; ends at once, with an error, when the process has ended without it.
    public func waitForErrors(_ text: String, seconds: Double = 30) throws {
        try wait(for: text, from: 2, seconds: seconds)
    }

    private func wait(for text: String, from stream: Int32, seconds: Double) throws {
        let awaited = { "'\(text)' from \(self.executable); so far: \(self.output)\(self.errors)" }
        try Wait.until(awaited(), seconds: seconds) {
            if self.text(of: stream).contains(text) { return true }
            if hasEnded(), !self.text(of: stream).contains(text) { throw Timeout(awaited: awaited()) }
            return false
        }
    }

    /// What it has written to stdout so far.
    public var output: String { text(of: 1) }
    /// What it has written to stderr so far.
    public var errors: String { text(of: 2) }

    private func text(of stream: Int32) -> String {
        drain()
        return String(decoding: collected[stream] ?? [], as: UTF8.self)
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        for (stream, descriptor) in outputs {
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                collected[stream, default: []] += buffer[..<count]
            }
        }
    }

    /// Kills it and everything below it, if it still runs.
    public func end() {
        guard !hasEnded() else { return }
        // Listed before it is killed: after that they have another parent. It is stopped so that it starts
        // no more. (That does not stop a PID 1, whose namespace ends with it anyway.)
        kill(pid, SIGSTOP)
        let below = ProcessSnapshot.descendants(of: pid)
        kill(-pid, SIGKILL)
        kill(pid, SIGKILL)
        for process in below { kill(process, SIGKILL) }
        var raw: Int32 = 0
        if waitpid(pid, &raw, 0) == pid { status = raw }
    }

    deinit {
        end()
        for descriptor in outputs.values { close(descriptor) }
    }
}

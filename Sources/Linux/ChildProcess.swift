internal import CLinux
internal import Glibc
internal import Synchronization

/// How a child ended.
public enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
    /// It exited with this status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)

    /// The status as a shell gives it: 128 and the signal's number.
    public var shellCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let number): 128 + number
        }
    }

    /// The end in words.
    public var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}

/// Why a child could not be started.
public struct SpawnError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The program.
    public var executable: String
    /// The errno value.
    public var errorNumber: Int32
    /// Whether it was the program itself that could not be executed.
    public var isExecFailure: Bool

    /// Program and reason in one line.
    public var description: String {
        "\(executable): \(String(cString: strerror(errorNumber)))"
    }
}

/// A program to start.
public struct ChildRequest: Sendable {
    /// The file, or a name that is looked for on PATH.
    public var executable: NativeString
    /// Its arguments, without its own name.
    public var arguments: [NativeString]
    /// Its environment.
    public var environment: [NativeString: NativeString]
    /// Becomes its descriptors 0, 1 and 2; nil: ours.
    public var streams: (input: Int32?, output: Int32?, error: Int32?) = (nil, nil, nil)
    /// Whether it gets a process group of its own, and the foreground of the terminal with it.
    public var takesForeground = false
    /// The cgroup namespace it starts in.
    public var cgroupNamespace: CgroupNamespace?

    /// A request for a program.
    public init(executable: String, arguments: [String], environment: [String: String]) {
        self.init(
            executable: NativeString(executable), arguments: arguments.map { NativeString($0) },
            environment: .init(
                environment.map { (NativeString($0), NativeString($1)) },
                uniquingKeysWith: { first, _ in first }))
    }

    /// A request for a program whose words need not be UTF-8.
    public init(
        executable: NativeString, arguments: [NativeString], environment: [NativeString: NativeString]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }
}

/// A child that was started. Its pid stays its own until the end was noticed here, so that a signal never
/// reaches a stranger.
public final class ChildProcess: Sendable {
    private enum State {
        case running(waiters: [Int: CheckedContinuation<ExitStatus?, Never>])
        case ended(ExitStatus)
    }

    /// The process's number; also that of its process group.
    public let pid: Int32
    private let state = Mutex<State>(.running(waiters: [:]))
    private let nextWaiter = Atomic<Int>(0)

    private init(pid: Int32) {
        self.pid = pid
    }

    /// Starts a program in a process group of its own, with the default action for every signal.
    public static func start(_ request: ChildRequest) throws(SpawnError) -> ChildProcess {
        var pid: pid_t = 0
        var failure = clinux_spawn_failure()
        let entries = request.environment.map {
            NativeString(bytes: $0.bytes + [UInt8(ascii: "=")] + $1.bytes)
        }
        let result = withArguments([request.executable] + request.arguments) { arguments in
            withArguments(entries) { environment in
                request.executable.withCString { executable in
                    var call = clinux_spawn_request()
                    call.executable = executable
                    call.search_path = true
                    call.arguments = UnsafePointer(arguments)
                    call.environment = UnsafePointer(environment)
                    call.standard_input = request.streams.input ?? -1
                    call.standard_output = request.streams.output ?? -1
                    call.standard_error = request.streams.error ?? -1
                    call.group = Int32(CLINUX_GROUP_NEW.rawValue)
                    call.foreground = request.takesForeground
                    call.default_signals = .max
                    call.close_descriptors = true
                    call.cgroup_namespace = request.cgroupNamespace?.descriptor ?? 0
                    return clinux_spawn(&call, &pid, nil, &failure)
                }
            }
        }
        guard result == 0 else {
            throw SpawnError(
                executable: request.executable.description, errorNumber: result,
                isExecFailure: failure.stage == Int32(CLINUX_SPAWN_EXEC.rawValue))
        }
        let child = ChildProcess(pid: pid)
        if !OwnThread.detach({ child.watch() }) {
            kill(pid, SIGKILL)
            child.watch()
            throw SpawnError(
                executable: request.executable.description, errorNumber: EAGAIN, isExecFailure: false)
        }
        return child
    }

    /// Sends a signal to the process, or to its whole group. Nothing happens when it has ended.
    public func signal(_ number: Int32, group: Bool = false) {
        state.withLock { state in
            guard case .running = state else { return }
            kill(group ? -pid : pid, number)
        }
    }

    /// Sends a signal to what is left of the process group, also when the process itself has ended.
    public func signalRemainingGroup(_ number: Int32) {
        kill(-pid, number)
    }

    /// How the process ended, or nil while it runs.
    public var status: ExitStatus? {
        state.withLock { state in
            if case .ended(let status) = state { status } else { nil }
        }
    }

    /// Waits until the process has ended. nil: the waiting task was cancelled before.
    public func wait() async -> ExitStatus? {
        let waiter = nextWaiter.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ended: ExitStatus?? = state.withLock { state in
                    switch state {
                    case .ended(let status): return .some(status)
                    case .running(var waiters):
                        if Task.isCancelled { return .some(nil) }
                        waiters[waiter] = continuation
                        state = .running(waiters: waiters)
                        return nil
                    }
                }
                if let ended { continuation.resume(returning: ended) }
            }
        } onCancel: {
            let continuation: CheckedContinuation<ExitStatus?, Never>? = state.withLock { state in
                guard case .running(var waiters) = state else { return nil }
                let continuation = waiters.removeValue(forKey: waiter)
                state = .running(waiters: waiters)
                return continuation
            }
            continuation?.resume(returning: nil)
        }
    }

    /// Waits for at most the given time. nil: it still runs.
    public func wait(atMost limit: Duration) async -> ExitStatus? {
        await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await self.wait() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? status
        }
    }

    private func watch() {
        var code: Int32 = 0
        var bySignal = false
        // Noticed first and reaped under the lock: between the two the pid is still its own.
        var failure = clinux_child_end(pid, false, &code, &bySignal)
        let waiters = state.withLock { state in
            if failure == 0 { failure = clinux_child_end(pid, true, &code, &bySignal) }
            guard case .running(let waiters) = state else {
                return [Int: CheckedContinuation<ExitStatus?, Never>]()
            }
            state = .ended(failure != 0 ? .exited(255) : bySignal ? .signalled(code) : .exited(code))
            return waiters
        }
        let status = self.status
        for continuation in waiters.values { continuation.resume(returning: status) }
    }

    private static func withArguments<Result>(
        _ words: [NativeString], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
        defer { array.deallocate() }
        for (index, word) in words.enumerated() { array[index] = word.withCString(strdup) }
        array[words.count] = nil
        defer { for index in words.indices { free(array[index]) } }
        return body(array)
    }
}

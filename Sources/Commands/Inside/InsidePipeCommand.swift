internal import ArgumentParser
internal import Console
internal import EnginePlan
internal import FoundationEssentials
internal import Glibc
internal import ImageArchives
internal import Linux
internal import PodAgent
internal import Synchronization
internal import Values

/// `kinkajou inside pipe`: a command whose stdin comes in frames, because `kubectl exec`'s older protocol cannot tell
/// the end of a stream, and which ends with the connection of who has started it.
struct InsidePipeCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipe", abstract: "Run a command; its stdin is what comes in frames on ours.")

    @Flag(help: "The command gets our streams as they are; `guard` ends it.")
    var direct = false

    @Option(help: "The name by which `guard` finds the command (default: one of its own).")
    var session = UUID().uuidString.lowercased()

    @Argument(parsing: .captureForPassthrough, help: "The command, after --.")
    var command: [String]

    func validate() throws {
        try CommandWords.require(command, of: self)
        guard CommandSession(session) != nil else { throw ValidationError("\(session) is no session.") }
    }

    func runToExitStatus() async throws -> Int32 {
        let words = CommandWords.afterTerminator(command)
        guard let program = words.first, let session = CommandSession(session) else {
            return ErrorCode.usage.exitStatus
        }
        if direct {
            // It keeps our process ID.
            try session.register(getpid())
            setenv(CommandSession.variable, self.session, 1)
            return Self.become(words)
        }
        // A command that reads no more must not end us: its status is still to be told.
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe", "", errno) }
        let (reading, writing) = (ends[0], ends[1])
        // Not the command's, or it would never see the end.
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        var environment = Environment.all()
        environment[CommandSession.variable] = self.session
        var request = ChildRequest(
            executable: program, arguments: Array(words.dropFirst()), environment: environment)
        request.streams = (reading, nil, nil)
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            return Self.refusal(of: program, error.errorNumber)
        }
        close(reading)
        let ending = Mutex<Task<Void, Never>?>(nil)
        let started = OwnThread.detach {
            let problem = Self.unwrap(into: writing)
            close(writing)
            if let problem {
                StandardError.write("error: the input did not come whole: \(problem)\n")
            } else {
                Self.waitForEndOfInput()
            }
            // Whoever wanted the output has gone.
            ending.withLock { $0 = Task.detached { await session.end(child.pid) } }
        }
        guard started else { throw SystemError("pthread_create", "", EAGAIN) }
        let status = await child.wait()?.shellCode ?? 128 + SIGTERM
        // What it has started, in a node perhaps, can live on for a while.
        await ending.withLock { $0 }?.value
        return status
    }

    /// Becomes the command, which has the terminal to itself then.
    static func become(_ words: [String]) -> Int32 {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        execvp(words[0], arguments)
        return refusal(of: words[0], errno)
    }

    /// Says why a command was not run, and returns the status that a shell gives for it.
    private static func refusal(of program: String, _ number: Int32) -> Int32 {
        StandardError.write("error: \(program): \(String(cString: strerror(number)))\n")
        return (number == ENOENT ? ErrorCode.commandNotFound : .commandNotExecutable).exitStatus
    }

    /// Returns when the connection has ended: nothing comes after the frames.
    static func waitForEndOfInput() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count == 0 || count < 0 && errno != EINTR { return }
        }
    }

    /// Copies what is in the frames; the result says what is wrong with them.
    private static func unwrap(into descriptor: Int32) -> String? {
        var reader = StreamFrameReader()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !reader.isComplete {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            do {
                guard count > 0 else {
                    try reader.finish()
                    return nil
                }
                guard write(try reader.take(buffer[..<count]), to: descriptor) else { return nil }
            } catch {
                return "\(error)"
            }
        }
        return nil
    }

    /// False: nobody reads any more.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

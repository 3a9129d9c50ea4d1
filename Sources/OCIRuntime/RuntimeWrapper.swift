internal import Glibc

/// The OCI runtime wrapper.
public enum RuntimeWrapper {
    /// The exit statuses of the wrapper itself, those of a shell that cannot run a command.
    enum ExitStatus {
        static let cannotExecute: Int32 = 126
        static let notFound: Int32 = 127
    }

    /// Clamps what the call's spec asks for, then becomes the real runtime; returns only on failure.
    ///
    /// - Parameter arguments: The name of the program, then the arguments for the runtime. All but the
    ///   first must be the last ones of this process: they are handed on as the bytes that they are,
    ///   which need not be UTF-8. A leading `--` is the wrapper's and goes no further.
    /// - Returns: An exit status: 127 if there is no runtime, 126 if it cannot be executed.
    public static func run(arguments: [String]) -> Int32 {
        var arguments = rawArguments(last: arguments.count - 1)
        if arguments.first?.isNamed("--") == true { arguments.removeFirst() }

        // A log that is a pipe without a reader must not end the call; the disposition is inherited
        // across execve, so it is put back.
        let dispositionOfPipe = signal(SIGPIPE, SIG_IGN)
        let log = clampSpec(of: RuntimeCall(arguments: arguments))
        let failure: String
        let status: Int32
        do throws(RealRuntime.LookupError) {
            let runtime = try RealRuntime.find()
            signal(SIGPIPE, dispositionOfPipe)
            let error = runtime.exec(arguments: arguments)
            signal(SIGPIPE, SIG_IGN)
            failure = "cannot execute \(String(decoding: runtime.path, as: UTF8.self)): \(error)"
            status = ExitStatus.cannotExecute
        } catch {
            failure = "\(error)"
            status = ExitStatus.notFound
        }
        // As runc does it: into the log for the engine, and to stderr for people.
        log.append(.error, [failure])
        report(failure)
        return status
    }

    private static func report(_ message: String) {
        _ = Array("kinkajou-oci: \(message)\n".utf8).withUnsafeBytes {
            write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
    }

    /// Rewrites the spec of a call if it asks for more than is granted; tells the log, and returns it.
    private static func clampSpec(of call: RuntimeCall) -> RuntimeLog {
        let log = RuntimeLog(call)
        guard let spec = call.spec, let file = SpecFile(path: spec.path) else { return log }
        // What is no JSON is left for the runtime to complain about.
        guard let demands = try? spec.demands(in: file.text) else { return log }
        let granted = Granted.read(for: demands) { spec.entersUserNamespace(demands, root: call.root) }
        let clamp = SpecClamp(demands, to: granted)
        guard !clamp.edits.isEmpty else { return log }
        do throws(SpecFile.ReplaceError) {
            try file.replace(with: ByteEdit.apply(clamp.edits, to: file.text))
            log.append(.info, clamp.messages)
        } catch {
            let path = String(decoding: spec.path, as: UTF8.self)
            let warning = "left \(path) as it is, although it asks for more than is granted here: \(error)"
            // The runtime is about to fail. Without a log its reasons go to stderr; so does this one.
            if log.path.isEmpty { report(warning) } else { log.append(.warning, [warning]) }
        }
        return log
    }

    /// The last arguments of this process, as they were given.
    private static func rawArguments(last count: Int) -> [[UInt8]] {
        let all = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        return all.suffix(max(0, count)).compactMap { $0.map { bytes(of: $0) } }
    }
}

extension RuntimeCall.Spec {
    fileprivate var path: [UInt8] {
        switch self {
        case .config(let path), .process(let path, _): path
        }
    }

    fileprivate func demands(in text: [UInt8]) throws(JSONSyntaxError) -> SpecDemands {
        switch self {
        case .config: try SpecDemands(config: text)
        case .process: try SpecDemands(process: text)
        }
    }

    fileprivate func entersUserNamespace(_ demands: SpecDemands, root: [UInt8]?) -> Bool {
        switch self {
        case .config:
            demands.hasUserNamespace
        case .process(_, let container):
            ContainerState.isInOtherUserNamespace(container: container, root: root)
        }
    }
}

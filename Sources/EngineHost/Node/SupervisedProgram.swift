internal import Console
internal import Glibc
internal import Linux
internal import Values

/// A program of a node as a child: started, started again when it ends, and ended.
actor SupervisedProgram {
    /// Its name, for people.
    let name: String
    private let request: ChildRequest
    private let log: DaemonLogFile
    private var child: ChildProcess?
    private var isStopping = false

    /// A program that was not started.
    ///
    /// - Parameter logPath: Where what it writes goes.
    init(_ request: ChildRequest, logPath: String) throws(KinkajouError) {
        self.request = request
        name = "\(request.executable)"
        do throws(SystemError) {
            log = try DaemonLogFile(path: logPath)
        } catch {
            throw KinkajouError(
                "the log of \(request.executable) cannot be written: \(error)",
                cure: "make its directory writable, with some space free", code: .stepFailed)
        }
    }

    /// Starts it.
    func start() throws(KinkajouError) {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        do {
            let output = try log.openForAppending()
            defer { close(output) }
            var request = request
            request.streams = (null, output, output)
            child = try ChildProcess.start(request)
        } catch {
            throw KinkajouError(
                "\(name) cannot be started", cure: "use a node image, which has it", code: .programMissing,
                cause: error)
        }
    }

    /// How it ended; nil while it runs.
    var status: ExitStatus? { child?.status }

    /// Returns when it cannot be kept running, with the error; nil when it was stopped.
    func supervise(report: @Sendable (String) -> Void) async -> KinkajouError? {
        var allowance = RestartAllowance()
        allowance.takeReady(at: .now)
        while !isStopping, let child {
            guard let status = await child.wait(), !isStopping else { return nil }
            guard allowance.takeEnd(at: .now) else {
                return failure("\(name) ended for the \(allowance.count + 1)th time (\(status))")
            }
            report(
                "\(name) ended (\(status)); starting it again (\(allowance.count) of \(RestartAllowance.limit))"
            )
            do throws(KinkajouError) {
                try start()
                allowance.takeReady(at: .now)
            } catch {
                return error
            }
        }
        return nil
    }

    /// Ends it: asked first, then killed.
    func stop(within patience: Duration) async -> [String] {
        isStopping = true
        guard let child, child.status == nil else { return [] }
        child.signal(SIGTERM)
        guard await child.wait(atMost: patience) == nil else { return [] }
        child.signal(SIGKILL)
        _ = await child.wait(atMost: .seconds(2))
        return ["\(name) did not end within \(patience.inWords) of SIGTERM and was killed"]
    }

    /// What is told of its failure, with its own last errors.
    func failure(_ summary: String, code: ErrorCode = .engineFailed) -> KinkajouError {
        ProgramFailure.error(
            summary, program: name, log: log.lines(from: 0), path: log.path, code: code)
    }
}

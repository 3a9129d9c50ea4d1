public import Console
internal import Doctor
internal import EnginePlan
internal import Glibc
public import Linux
internal import Values

/// One run of `kinkajou dind` (or `cluster`): the engine comes up, the user's command runs, and everything
/// goes down again, whichever way it ends.
public struct DindSession: Sendable {
    private let options: DindOptions
    private let host: any SessionHost
    private let workload: (any Workload)?
    private let progress: Progress
    private let signals: @Sendable () -> AsyncStream<Int32>

    /// A session that has not begun.
    ///
    /// - Parameters:
    ///   - host: What it runs in; nil: a Docker engine of its own.
    ///   - signals: Those that the process gets, from the moment that it is called.
    public init(
        options: DindOptions, host: (any SessionHost)? = nil, workload: (any Workload)? = nil,
        progress: Progress, signals: @escaping @Sendable () -> AsyncStream<Int32> = SignalStream.start
    ) {
        self.options = options
        self.host = host ?? EngineEnvironment(options: options, progress: progress)
        self.workload = workload
        self.progress = progress
        self.signals = signals
    }

    /// Runs the session and returns the exit status: the command's, that of an error of ours, or 128 and
    /// the number of the signal that stopped it before.
    ///
    /// All signals must have been blocked since before the process had a second thread
    /// (`SignalStream.blockAll`).
    public func run() async -> Int32 {
        let hasCommand = !options.command.isEmpty
        let control = StopControl(hasCommand: hasCommand)
        let incoming = signals()
        let signals = Task {
            for await number in incoming { control.handle(signal: number) }
        }
        defer { signals.cancel() }

        let startup = Task { try await start() }
        control.onStop { startup.cancel() }

        var code: Int32
        switch await startup.result {
        case .success(let environment):
            if control.reason == nil {
                code = await serve(environment: environment, control: control)
            } else {
                code = Self.code(for: control.reason)
            }
        case .failure(let error):
            progress.fail()
            let found = await host.foundChecks
            code = control.reason == nil ? report(error, found: found) : Self.code(for: control.reason)
        }
        options.status?.isStopping()
        let isOrderly = await tearDown(control: control)
        if options.exitsZeroOnStop, !hasCommand, isOrderly, case .signal = control.reason {
            return 0
        }
        return code
    }

    // MARK: - Up

    private func start() async throws -> [String: String] {
        try await host.prepare()
        try await host.start()
        try Task.checkCancellation()
        var environment = await host.commandEnvironment()
        if let workload {
            let more = try await workload.setUp(environment: environment, progress: progress)
            environment.merge(more) { _, new in new }
        }
        return environment
    }

    private func serve(
        environment: [String: String], control: StopControl
    ) async -> Int32 {
        let progress = progress
        let guardian = Task {
            let lost = await host.supervise { progress.warn("\($0)") }
            if let lost, !Task.isCancelled { control.stop(lost) }
        }
        defer { guardian.cancel() }
        options.status?.isServing()
        if options.command.isEmpty {
            progress.notice(await host.readyNotice)
            await withCheckedContinuation { continuation in
                control.onStop { continuation.resume() }
            }
        } else if let code = await runCommand(environment: environment, control: control) {
            if case .failure(let error) = control.reason { return report(error) }
            return code
        }
        if case .failure(let error) = control.reason { return report(error) }
        return Self.code(for: control.reason)
    }

    /// Runs the user's command to its end, and returns its status; nil: it never had one.
    private func runCommand(
        environment: [String: String], control: StopControl
    ) async -> Int32? {
        var request = ChildRequest(
            executable: options.command[0], arguments: Array(options.command.dropFirst()),
            environment: Environment.native(changedTo: environment))
        request.takesForeground = true
        request.cgroupNamespace = await host.commandNamespace()
        let command: ChildProcess
        do {
            command = try ChildProcess.start(request)
        } catch {
            let cure = "check its path and permissions in the image"
            return report(
                KinkajouError(
                    "the command cannot be run", error: error, missing: (cure, .commandNotFound),
                    unusable: (cure, .commandNotExecutable)))
        }
        control.setCommand(command)
        defer { control.setCommand(nil) }
        let grace = options.grace
        control.onStop {
            Task {
                let budget = StopBudget(grace: grace, from: control.since ?? .now)
                if await command.wait(atMost: budget.remaining(for: .command)) == nil {
                    command.signal(SIGKILL, group: true)
                }
            }
        }
        control.onUrgentStop { command.signal(SIGKILL, group: true) }
        let status = await command.wait()
        command.signalRemainingGroup(SIGTERM)
        return status?.shellCode
    }

    // MARK: - Down

    /// Takes everything down; false: something did not go as it should.
    private func tearDown(control: StopControl) async -> Bool {
        let budget = StopBudget(grace: options.grace, from: control.since ?? .now)
        var complaints: [String] = []
        if let workload {
            let environment = await host.commandEnvironment()
            complaints += await workload.tearDown(
                environment: environment, deadline: budget.deadline(of: .workload))
        }
        if await host.hasEngine { progress.begin("Stopping the engine", as: .stop) }
        complaints += await host.tearDown(budget: budget)
        progress.done()
        for complaint in complaints { progress.warn("left behind: \(complaint)") }
        return complaints.isEmpty
    }

    /// Says what ended the session, and where it is explained.
    ///
    /// - Parameter found: The checks that had found something before.
    private func report(_ error: any Error, found: [String] = []) -> Int32 {
        var error = KinkajouError(describing: error, code: .stepFailed)
        if error.see == nil, Self.explained.contains(error.code) {
            let check =
                Check.explaining([error.summary], likely: found)
                ?? Check.explaining(error.evidence, likely: found)
            error.see = check?.command(in: .here)
        }
        progress.end(error)
        return error.code.exitStatus
    }

    /// The failures that a check can explain: not those of the user's command or options.
    private static let explained: Set<ErrorCode> = [
        .engineFailed, .clusterFailed, .stepFailed, .storageUnusable, .timedOut,
    ]

    private static func code(for reason: StopState.Reason?) -> Int32 {
        switch reason {
        case .signal(let number): 128 + number
        case .failure(let error): error.code.exitStatus
        case nil: 0
        }
    }
}

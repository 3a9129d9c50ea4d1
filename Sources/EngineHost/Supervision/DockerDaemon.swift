internal import DockerEngine
internal import EnginePlan
internal import FoundationEssentials
internal import Glibc
internal import HostReader
internal import Linux
internal import Values

/// dockerd as a child: started, waited for, started again when it dies, and ended.
actor DockerDaemon {
    /// How often it is started again before the session gives up.
    static let restartLimit = 3
    /// How often it is started where containerd is too slow.
    private static let startLimit = 4
    private static let containerdTimeout = "timeout waiting for containerd to start"
    static let socket = DockerEngineClient.defaultSocketPath

    private let plan: DaemonPlan
    private let pathPrefix: String?
    private let cgroupNamespace: CgroupNamespace?
    private let log: DaemonLogFile
    private let readyTimeout: Duration
    private let client = DockerEngineClient(socketPath: DockerDaemon.socket)
    private var child: ChildProcess?
    private var isStopping = false
    private(set) var isReady = false

    init(
        plan: DaemonPlan, pathPrefix: String?, cgroupNamespace: CgroupNamespace?, log: DaemonLogFile,
        readyTimeout: Duration
    ) {
        self.plan = plan
        self.pathPrefix = pathPrefix
        self.cgroupNamespace = cgroupNamespace
        self.log = log
        self.readyTimeout = readyTimeout
    }

    /// Writes dockerd's configuration and starts it.
    func start() throws(KinkajouError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let text = String(decoding: try encoder.encode(plan.configuration), as: UTF8.self)
            // Mirrors can hold passwords.
            try Files.replace(plan.configurationPath, with: text + "\n", mode: 0o600)
            try launch()
        } catch let error as SpawnError {
            throw KinkajouError(
                "dockerd cannot be started: \(error)", cure: "install Debian's package docker.io",
                code: .programMissing)
        } catch {
            throw KinkajouError(
                "dockerd cannot be started: \(error)",
                cure: "make /run and /var/log writable, with some space free", code: .stepFailed)
        }
    }

    private func launch() throws {
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let output = try log.openForAppending()
        defer {
            close(null)
            close(output)
        }
        var environment = Environment.all().merging(plan.environment) { _, ours in ours }
        environment["PATH"] = SearchPath.with(prefix: pathPrefix, environment: environment)
        // Ours is to be told when it is ready by asking; systemd's notification would go astray.
        environment["NOTIFY_SOCKET"] = nil
        var request = ChildRequest(
            executable: plan.program, arguments: plan.arguments, environment: environment)
        request.streams = (null, output, output)
        request.cgroupNamespace = cgroupNamespace
        child = try ChildProcess.start(request)
    }

    /// Starts dockerd and waits until the engine answers. On a slow machine containerd misses dockerd's own
    /// limit of 15 s, which is no setting; that alone is tried again.
    func startUntilReady(report: @Sendable (String) -> Void) async throws {
        for attempt in 1...Self.startLimit {
            try start()
            do {
                return try await waitUntilReady()
            } catch let error as KinkajouError
                where error.summary.contains(Self.containerdTimeout) && attempt < Self.startLimit
            {
                report(
                    "containerd was too slow for dockerd; starting it again (\(attempt) of \(Self.startLimit - 1))"
                )
                try? Files.remove("/var/run/docker.pid")
            }
        }
    }

    /// Waits until the engine answers; ends at once when dockerd has died.
    func waitUntilReady() async throws {
        guard let child else { return }
        do {
            _ = try await EngineReadiness(client: client, timeout: readyTimeout).wait {
                await child.wait().map { "\($0)" }
            }
            isReady = true
        } catch EngineReadinessError.daemonExited(let status) {
            throw failure("dockerd ended before it was ready (\(status))", code: .engineFailed)
        } catch let error as EngineReadinessError {
            var failure = failure("\(error)", code: .timedOut)
            failure.cure = "give the container more CPU, or more time with --ready-timeout; see \(log.path)"
            throw failure
        }
    }

    /// Returns when dockerd is lost for good, with the error; never while it can be brought back.
    func supervise(report: @Sendable (String) -> Void) async -> KinkajouError? {
        var restarts = 0
        while !isStopping, let child {
            guard let status = await child.wait(), !isStopping else { return nil }
            isReady = false
            guard restarts < Self.restartLimit else {
                return failure(
                    "dockerd ended for the \(restarts + 1)th time (\(status))", code: .engineFailed)
            }
            restarts += 1
            report("dockerd ended (\(status)); starting it again (\(restarts) of \(Self.restartLimit))")
            do {
                for file in ["/var/run/docker.pid"] { try Files.remove(file) }
                try launch()
                try await waitUntilReady()
            } catch let error as KinkajouError where self.child?.status == nil {
                return error
            } catch is CancellationError {
                return nil
            } catch {
                // It has died again, which the next round sees.
            }
        }
        return nil
    }

    /// Ends the nested containers, then dockerd. The result says what did not go as it should.
    func stop(deadline: ContinuousClock.Instant) async -> [String] {
        isStopping = true
        var complaints: [String] = []
        if isReady, child?.status == nil { complaints += await stopContainers(deadline: deadline) }
        await client.shutdown()
        guard let child, child.status == nil else { return complaints }
        child.signal(SIGTERM)
        let patience = max(.milliseconds(500), ContinuousClock.now.duration(to: deadline) - .seconds(2))
        if await child.wait(atMost: patience) == nil {
            complaints.append("dockerd did not end within \(patience.inWords) of SIGTERM and was killed")
            child.signal(SIGKILL)
            _ = await child.wait(atMost: .seconds(2))
        }
        return complaints
    }

    private func stopContainers(deadline: ContinuousClock.Instant) async -> [String] {
        // dockerd and the traces of containers need some of the time as well.
        let budget = max(.zero, ContinuousClock.now.duration(to: deadline) - .seconds(4))
        guard let running = try? await client.containers(timeout: .seconds(3)) else { return [] }
        let client = client
        return await withTaskGroup(of: String?.self) { group in
            for container in running {
                group.addTask {
                    let own = try? await client.inspectContainer(container.id, timeout: .seconds(2))
                        .stopTimeout
                    let grace = min(own.map { .seconds($0) } ?? .seconds(10), budget)
                    do {
                        try await client.stopContainer(
                            container.id, grace: grace, timeout: budget + .seconds(1))
                        return nil
                    } catch {
                        return "container \(container.names.first ?? container.id) did not stop: \(error)"
                    }
                }
            }
            return await group.reduce(into: []) { if let complaint = $1 { $0.append(complaint) } }
        }
    }

    private func failure(_ summary: String, code: ErrorCode) -> KinkajouError {
        let lines = log.lines()
        var text = summary
        if let reason = DaemonLog.failureReason(lines: lines) { text += ": \(reason)" }
        let known = KnownDaemonFailure.of(lines: lines)
        return KinkajouError(
            text, cure: known.map { "\($0.cure) (\($0.cause))" } ?? "read its log, \(log.path)",
            evidence: DaemonLog.tail(lines: lines, count: 8), code: code)
    }
}

internal import DockerEngine
internal import Doctor
internal import EnginePlan
internal import FoundationEssentials
internal import Glibc
internal import HostFacts
internal import HostReader
internal import Linux
internal import Values

/// dockerd as a child: started, waited for, started again when it dies, and ended.
actor DockerDaemon {
    /// How often it is started where containerd is too slow.
    private static let startLimit = 4
    static let socket = DockerEngineClient.defaultSocketPath

    private let plan: DaemonPlan
    private let pathPrefix: String?
    private let cgroupNamespace: CgroupNamespace?
    private let log: DaemonLogFile
    private let readyTimeout: Duration
    private let client = DockerEngineClient(socketPath: DockerDaemon.socket)
    private var child: ChildProcess?
    /// Where the log of the child begins.
    private var logStart = 0
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
                "dockerd cannot be started", error: error,
                missing: ("install Debian's package docker.io", .programMissing),
                unusable: ("install Debian's package docker.io anew", .programMissing))
        } catch {
            throw KinkajouError(
                "dockerd cannot be started: \(error)",
                cure: FailureCure.of((error as? SystemError)?.errorNumber)
                    ?? "make /run and /var/log writable, with some space free", code: .stepFailed)
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
        logStart = log.end
        child = try ChildProcess.start(request)
    }

    /// Why a start did not lead to an engine that answers.
    private enum StartFailure: Error {
        /// dockerd has ended.
        case ended(String)
        /// It lives, and is too slow.
        case timedOut(String)
    }

    /// Starts dockerd and waits until the engine answers. On a slow machine containerd misses dockerd's own
    /// limit of 15 s, which is no setting; that alone is tried again, when that dockerd has ended.
    func startUntilReady(report: @Sendable (String) -> Void) async throws {
        for attempt in 1...Self.startLimit {
            try start()
            do {
                return try await waitUntilReady()
            } catch StartFailure.ended(let status) {
                let lines = logLines
                guard attempt < Self.startLimit, DaemonLog.saysContainerdWasTooSlow(lines: lines),
                    KnownFailure.root(ofDaemon: lines) == nil
                else {
                    throw error(for: .ended(status))
                }
                report(
                    "containerd was too slow for dockerd; starting it again (\(attempt) of \(Self.startLimit - 1))"
                )
                try? Files.remove("/var/run/docker.pid")
            } catch let failure as StartFailure {
                throw error(for: failure)
            }
        }
    }

    /// Waits until the engine answers; ends at once when dockerd has died.
    ///
    /// - Throws: ``StartFailure``, or what waiting cannot cure.
    private func waitUntilReady() async throws {
        guard let child else { return }
        do {
            _ = try await EngineReadiness(client: client, timeout: readyTimeout).wait {
                await child.wait().map { "\($0)" }
            }
            isReady = true
        } catch EngineReadinessError.daemonExited(let status) {
            throw StartFailure.ended(status)
        } catch let error as EngineReadinessError {
            throw StartFailure.timedOut("\(error)")
        }
    }

    /// Returns when dockerd is lost for good, with the error; never while it can be brought back.
    func supervise(report: @Sendable (String) -> Void) async -> KinkajouError? {
        var allowance = RestartAllowance()
        allowance.takeReady(at: .now)
        while !isStopping, let child {
            guard let status = await child.wait(), !isStopping else { return nil }
            isReady = false
            guard allowance.takeEnd(at: .now) else {
                return error(
                    "dockerd ended for the \(allowance.count + 1)th time (\(status))", code: .engineFailed)
            }
            report(
                "dockerd ended (\(status)); starting it again (\(allowance.count) of \(RestartAllowance.limit))"
            )
            do {
                try Files.remove("/var/run/docker.pid")
                try launch()
                try await waitUntilReady()
                allowance.takeReady(at: .now)
            } catch StartFailure.timedOut(let reason) {
                return error(for: .timedOut(reason))
            } catch is CancellationError {
                return nil
            } catch {
                // It has died again, or could not even be started, which the next round sees.
            }
        }
        return nil
    }

    /// What the engine has in its network namespace; nil where it cannot be asked.
    func traces() async -> EngineTraces? {
        guard isReady, let networks = try? await client.networks(timeout: .seconds(3)) else { return nil }
        var traces = EngineTraces()
        for network in networks where network.driver == "bridge" {
            traces.bridges.insert(
                network.options["com.docker.network.bridge.name"] ?? "br-" + network.id.prefix(12))
            traces.subnets.formUnion(network.subnets.compactMap { IPv4Network($0) })
        }
        return traces
    }

    /// Ends the nested containers, then dockerd. The result says what did not go as it should.
    func stop(budget: StopBudget) async -> [String] {
        isStopping = true
        var complaints: [String] = []
        if isReady, child?.status == nil { complaints += await stopContainers(budget: budget) }
        await client.shutdown()
        guard let child, child.status == nil else { return complaints }
        child.signal(SIGTERM)
        let patience = max(.milliseconds(500), budget.remaining(for: .daemon))
        if await child.wait(atMost: patience) == nil {
            complaints.append("dockerd did not end within \(patience.inWords) of SIGTERM and was killed")
            child.signal(SIGKILL)
            _ = await child.wait(atMost: .seconds(2))
        }
        return complaints
    }

    private func stopContainers(budget: StopBudget) async -> [String] {
        guard let running = try? await client.containers(timeout: .seconds(3)) else { return [] }
        let client = client
        return await withTaskGroup(of: String?.self) { group in
            for container in running {
                group.addTask {
                    let own = try? await client.inspectContainer(container.id, timeout: .seconds(2))
                        .stopTimeout
                    let remaining = budget.remaining(for: .containers)
                    // Whole seconds count, and the kill at their end takes its time.
                    let most = Duration.seconds(max(0, remaining.components.seconds - 1))
                    do {
                        try await client.stopContainer(
                            container.id, grace: min(own.map { .seconds($0) } ?? .seconds(10), most),
                            timeout: max(.seconds(1), remaining))
                        return nil
                    } catch {
                        return "container \(container.names.first ?? container.id) did not stop: \(error)"
                    }
                }
            }
            return await group.reduce(into: []) { if let complaint = $1 { $0.append(complaint) } }
        }
    }

    private var logLines: [String] { log.lines(from: logStart) }

    private func error(for failure: StartFailure) -> KinkajouError {
        switch failure {
        case .ended(let status):
            return error("dockerd ended before it was ready (\(status))", code: .engineFailed)
        case .timedOut(let reason):
            var error = error(reason, code: .timedOut)
            error.cure = "give the container more CPU, or more time with --ready-timeout; see \(log.path)"
            return error
        }
    }

    /// An error with what the last dockerd has said.
    private func error(_ summary: String, code: ErrorCode) -> KinkajouError {
        let lines = logLines
        var text = summary
        if let reason = DaemonLog.failureReason(lines: lines) { text += ": \(reason)" }
        let known = KnownFailure.ofDaemon(log: lines)
        let cure = known.flatMap { known in known.cure.map { "\($0) (\(known.cause ?? ""))" } }
        return KinkajouError(
            text, cure: cure ?? "read its log, \(log.path)",
            evidence: DaemonLog.tail(lines: lines, count: 8), code: code, see: known?.command)
    }
}

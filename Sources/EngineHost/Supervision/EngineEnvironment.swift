internal import Console
internal import DockerEngine
internal import Doctor
internal import EnginePlan
internal import Glibc
internal import HostFacts
internal import HostReader
internal import Linux
internal import Values

/// The environment of an engine, and the engine in it: built up in stages, and taken down from whatever
/// stage was reached.
actor EngineEnvironment {
    private let options: DindOptions
    private let progress: Progress
    private let applier = Applier()
    private var baseline: EnvironmentBaseline?
    private var plan: Plan?
    /// Identifiers of the checks that have found something.
    private(set) var foundChecks: [String] = []
    private(set) var daemon: DockerDaemon?
    private var logFollower: Task<Void, Never>?

    init(options: DindOptions, progress: Progress) {
        self.options = options
        self.progress = progress
    }

    /// Reads the facts, makes the plan, and carries it out.
    func prepare() async throws {
        progress.begin("Reading the environment", as: .facts)
        let facts = await FactsReader.read(dataRoot: options.settings.dataRoot.value)
        try Task.checkCancellation()
        var plan = Plan(facts: facts, settings: options.settings)
        if let error = plan.errors.first {
            throw KinkajouError(
                plan.errors.map(\.summary).joined(separator: "; and "), cure: error.cure,
                code: error.code ?? .stepFailed, see: Check.named(error.topic.rawValue)?.command(in: .here))
        }
        progress.done()
        report(Preflight(facts: facts, settings: options.settings, purpose: options.purpose), of: plan)
        progress.begin("Preparing cgroups, mounts and iptables", as: .environment)
        let directories = plan.cgroupStrategies.flatMap(\.parentDirectories)
        baseline = await EnvironmentBaseline.take(
            facts: facts, backend: plan.packetFilter, cgroups: directories)
        await rememberForwarding(facts)
        self.plan = plan
        try Task.checkCancellation()
        for step in plan.steps {
            try await applier.apply(step)
            try Task.checkCancellation()
        }
        let strategy = try await applier.apply(firstOf: plan.cgroupStrategies)
        plan.daemon.configuration["cgroup-parent"] = .string(strategy.parent)
        self.plan = plan
        for warning in await applier.warnings { progress.warn(warning) }
        progress.done()
    }

    /// Starts dockerd and waits until it answers.
    func startDaemon() async throws {
        guard let plan else { return }
        progress.begin("Starting dockerd", as: .engine)
        try makeCertificates(plan)
        let log: DaemonLogFile
        do {
            log = try DaemonLogFile(path: options.logPath)
            for directory in [DaemonRuntime.directory, options.settings.dataRoot.value] {
                try Files.makeDirectories(directory, mode: 0o710)
            }
        } catch {
            throw KinkajouError(
                "\(error)", cure: "make the directory writable, with some space free",
                code: .storageUnusable)
        }
        if options.copiesLogToStderr { logFollower = Task { await log.follow() } }
        let daemon = DockerDaemon(
            plan: plan.daemon, pathPrefix: plan.pathPrefix, cgroupNamespace: await applier.cgroupNamespace,
            log: log,
            readyTimeout: options.readyTimeout)
        self.daemon = daemon
        let progress = progress
        try await daemon.startUntilReady { progress.warn($0) }
        progress.done()
    }

    /// What the user's command finds in its environment.
    func commandEnvironment() -> [String: String] {
        var environment = Environment.all()
        environment["DOCKER_HOST"] = "unix://" + DockerDaemon.socket
        environment["PATH"] = SearchPath.with(prefix: plan?.pathPrefix, environment: environment)
        return environment
    }

    /// The cgroup namespace for the user's command.
    func commandNamespace() async -> CgroupNamespace? { await applier.cgroupNamespace }

    /// Takes everything down, last first. The result says what is left or did not go as it should.
    func tearDown(deadline: ContinuousClock.Instant) async -> [String] {
        var complaints: [String] = []
        if let daemon { complaints += await daemon.stop(deadline: deadline) }
        logFollower?.cancel()
        await logFollower?.value
        if let baseline {
            let remaining = max(.milliseconds(500), ContinuousClock.now.duration(to: deadline) - .seconds(1))
            complaints += await baseline.sweepCgroups(within: min(remaining, .seconds(5)))
            complaints += await baseline.sweepRest(dataRoot: options.settings.dataRoot.value)
        }
        complaints += await applier.undoAll()
        if daemon != nil { complaints += DaemonRuntime.remove() }
        return complaints
    }

    /// Says once what the checks before the start have found.
    private func report(_ preflight: Preflight, of plan: Plan) {
        foundChecks = preflight.findings.map(\.id)
        if options.isQuiet {
            for problem in plan.problems {
                progress.warn("\(problem.summary)\n  cure: \(problem.cure)")
            }
        } else {
            for line in preflight.lines { progress.notice(line) }
        }
    }

    private func rememberForwarding(_ facts: HostFacts) async {
        // dockerd turns forwarding on and leaves it so.
        let path = "/proc/sys/net/ipv4/ip_forward"
        if let value = facts.kernel.settings["net.ipv4.ip_forward"], value == "0" {
            await applier.remember(restoring: path, to: value)
        }
    }

    private func makeCertificates(_ plan: Plan) throws(KinkajouError) {
        guard let directory = plan.tlsDirectory else { return }
        do {
            let names = try options.tlsNames.flatMap { try SubjectName.parse($0) }
            let own = try SubjectName.parse("DNS:localhost,DNS:docker,IP:127.0.0.1,DNS:\(hostName())")
            _ = try DaemonCertificates.ensure(in: directory, names: own + names)
        } catch {
            throw KinkajouError(
                "the certificates for port 2376 cannot be made in \(directory): \(error)",
                cure: "make DOCKER_TLS_CERTDIR writable, or set it empty to do without TLS", code: .usage)
        }
    }

    private func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(
            decoding: buffer.prefix(while: { $0 != 0 }).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The files that live as long as an engine.
enum DaemonRuntime {
    static let directory = "/run/kinkajou/dind"

    /// Removes them, and the empty directories that held them.
    static func remove() -> [String] {
        var complaints: [String] = []
        let files = [directory + "/daemon.json", "/var/run/docker.pid", DockerDaemon.socket]
        for file in files {
            do throws(SystemError) {
                try Files.remove(file)
            } catch {
                complaints.append("\(error)")
            }
        }
        // Another file of the user's may be there; then the directories stay.
        for path in [directory, "/run/kinkajou"] { try? Files.removeDirectory(path) }
        return complaints
    }
}

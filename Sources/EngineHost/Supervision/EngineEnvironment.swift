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
actor EngineEnvironment: SessionHost {
    private let options: DindOptions
    private let progress: Progress
    private let applier = Applier()
    private var claim: NetworkNamespaceClaim?
    private var baseline: EnvironmentBaseline?
    private var cgroups: EngineCgroups?
    /// What the engine has made in the network namespace, as far as it has said so.
    private var made = EngineTraces()
    private var plan: Plan?
    /// Identifiers of the checks that have found something.
    private(set) var foundChecks: [String] = []
    private(set) var daemon: DockerDaemon?
    /// For the certificate of the TLS port.
    private var addresses: [String] = []
    private var logFollower: Task<Void, Never>?

    init(options: DindOptions, progress: Progress) {
        self.options = options
        self.progress = progress
    }

    /// Reads the facts, makes the plan, and carries it out.
    func prepare() async throws {
        progress.begin("Reading the environment", as: .facts)
        let facts = await FactsReader().read(dataRoot: options.settings.dataRoot.value)
        addresses = facts.network.ownAddresses
        try Task.checkCancellation()
        var plan = Plan(facts: facts, settings: options.settings)
        if let error = plan.errors.first {
            throw KinkajouError(
                plan.errors.map(\.summary).joined(separator: "; and "), cure: error.cure,
                code: error.code ?? .stepFailed, see: Check.named(error.topic.rawValue)?.command(in: .here))
        }
        progress.done()
        let preflight = Preflight(facts: facts, settings: options.settings, purpose: options.purpose)
        foundChecks = preflight.findings.map(\.id)
        preflight.tell(progress, isQuiet: options.isQuiet, problems: plan.problems)
        progress.begin("Preparing cgroups, mounts and iptables", as: .environment)
        if plan.firewall != .none { claim = try claimNamespace() }
        let before = await EnvironmentBaseline.take(facts: facts, plan: plan)
        // One that was cut short knows nothing, and there is nothing yet to be compared with it.
        try Task.checkCancellation()
        baseline = before
        made = plan.traces
        await rememberForwarding(facts, of: plan)
        self.plan = plan
        try Task.checkCancellation()
        for step in plan.steps {
            try await applier.apply(step)
            try Task.checkCancellation()
        }
        let strategy = try await applier.apply(firstOf: plan.cgroupStrategies)
        cgroups = EngineCgroups(of: strategy)
        plan.daemon.configuration["cgroup-parent"] = .string(strategy.parent)
        self.plan = plan
        for warning in await applier.warnings { progress.warn(warning) }
        progress.done()
    }

    /// Starts dockerd and waits until it answers.
    func start() async throws {
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

    var hasEngine: Bool { daemon != nil }
    var readyNotice: String { "kinkajou: ready; the engine answers on \(DockerDaemon.socket)" }

    func supervise(report: @escaping @Sendable (String) -> Void) async -> KinkajouError? {
        await daemon?.supervise(report: report)
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
    func tearDown(budget: StopBudget) async -> [String] {
        var complaints: [String] = []
        if let daemon {
            // Asked before it ends; of one that has died the names tell.
            if let traces = await daemon.traces() { made.formUnion(traces) }
            complaints += await daemon.stop(budget: budget)
        }
        logFollower?.cancel()
        await logFollower?.value
        if let cgroups {
            // The kernel takes a killed process apart within milliseconds, or not at all.
            complaints += await cgroups.sweep(
                within: min(max(.seconds(1), budget.remaining(for: .traces)), .seconds(5)))
        }
        if let baseline {
            complaints += await baseline.sweep(
                made: made, dataRoot: options.settings.dataRoot.value,
                deadline: max(budget.end, .now + .seconds(1)))
        }
        complaints += await applier.undoAll()
        if daemon != nil { complaints += DaemonRuntime.remove() }
        claim = nil
        return complaints
    }

    /// Sees to it that no second engine of ours comes up in this network namespace, also where both start at the
    /// same time and neither sees the other's dockerd yet.
    private func claimNamespace() throws -> NetworkNamespaceClaim {
        do {
            return try NetworkNamespaceClaim(name: EngineSockets.claim)
        } catch  where error.errorNumber == EADDRINUSE {
            throw KinkajouError(
                "another kinkajou starts an engine in this network namespace",
                cure: "give this container a network namespace of its own, or run one engine in a Pod",
                code: .engineFailed, see: Check.named(ProblemTopic.sharedNetwork.rawValue)?.command(in: .here)
            )
        }
    }

    /// dockerd turns forwarding on and leaves it so.
    private func rememberForwarding(_ facts: HostFacts, of plan: Plan) async {
        var names = ["net.ipv4.ip_forward"]
        if plan.daemon.configuration["ipv6"] == .bool(true) {
            names += ["net.ipv6.conf.default.forwarding", "net.ipv6.conf.all.forwarding"]
        }
        for name in names where facts.kernel.settings[name] == "0" {
            await applier.remember(
                restoring: "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }), to: "0")
        }
    }

    private func makeCertificates(_ plan: Plan) throws(KinkajouError) {
        guard let directory = plan.tlsDirectory else { return }
        do {
            let names = try options.tlsNames.flatMap { try SubjectName.parse($0) }
            let own = try SubjectName.parse("DNS:localhost,DNS:docker,IP:127.0.0.1,DNS:\(hostName())")
            // As with docker:dind: containers that share the directory run as whatever user.
            _ = try DaemonCertificates.ensure(
                in: directory, names: own + addresses.compactMap { SubjectName(ip: $0) } + names,
                clientKeyAccess: .everyone)
        } catch {
            // Those about a file say in themselves what it must be like.
            throw KinkajouError(
                "there are no certificates for port 2376 in \(directory): \(error)",
                cure:
                    "correct DOCKER_TLS_CERTDIR or DOCKER_TLS_SAN, or set the first empty to do without TLS",
                code: .usage)
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

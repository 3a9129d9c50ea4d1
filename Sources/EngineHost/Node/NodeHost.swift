public import Console
internal import Doctor
internal import Glibc
public import EnginePlan
internal import Formats
public import HostFacts
internal import HostReader
public import Linux
public import Values

/// This container as a node of a cluster: its image is the node image, containerd and the kubelet are children of the
/// session, and there is neither Docker nor systemd.
public actor NodeHost: SessionHost {
    /// Where the files are that live as long as the node.
    public static let directory = "/run/kinkajou/node"
    /// Where containerd listens: the place that crictl and kubeadm know.
    public static let socket = "/run/containerd/containerd.sock"
    /// The logs of containerd and the kubelet.
    public static let logDirectory = "/var/log/kinkajou"
    /// The configuration of containerd in a node image.
    public static let imageConfiguration = "/etc/containerd/config.toml"

    private let settings: DindSettings
    private let readyTimeout: Duration
    private let isQuiet: Bool
    private let progress: Progress
    private let identity: String
    private let containerdChanges: @Sendable (HostFacts) throws -> ContainerdChanges
    private let applier = Applier()
    /// What this container is like; nil before it was read.
    public private(set) var facts: HostFacts?
    /// What was decided; nil before it was.
    public private(set) var plan: NodePlan?
    /// Where the kubelet keeps the cgroups of Pods; nil before one of the plan's ways has worked.
    public private(set) var cgroupRoot: String?
    /// Identifiers of the checks that have found something.
    public private(set) var foundChecks: [String] = []
    private var cgroups: EngineCgroups?
    private var mountsBefore: Set<String> = []
    private var containerd: SupervisedProgram?
    private var kubelet: SupervisedProgram?

    /// A node that is not there yet. Of the options, the settings and containerd's time count.
    ///
    /// - Parameter containerdChanges: What is changed in containerd's configuration, on a host with these facts.
    public init(
        options: DindOptions, progress: Progress,
        containerdChanges: @escaping @Sendable (HostFacts) throws -> ContainerdChanges
    ) {
        self.containerdChanges = containerdChanges
        settings = options.settings
        readyTimeout = options.readyTimeout
        isQuiet = options.isQuiet
        self.progress = progress
        identity = String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// Whether containerd was started.
    public var hasEngine: Bool { containerd != nil }
    /// What is said when there is no command to run.
    public var readyNotice: String { "kinkajou: ready; containerd answers on \(Self.socket)" }

    // MARK: - Up

    /// Reads the facts, makes the plan, and carries it out.
    public func prepare() async throws {
        progress.begin("Reading the environment", as: .facts)
        let facts = await FactsReader().read(dataRoot: NodePlan.volume(settings))
        self.facts = facts
        try Task.checkCancellation()
        let plan = NodePlan(facts: facts, settings: settings, identity: identity)
        if let error = plan.errors.first {
            throw KinkajouError(
                plan.errors.map(\.summary).joined(separator: "; and "), cure: error.cure,
                code: error.code ?? .stepFailed, see: Check.named(error.topic.rawValue)?.command(in: .here))
        }
        for program in NodePlan.programs where Programs.find(program) == nil {
            throw KinkajouError(
                "\(program) is not on PATH", cure: "run this in a node image, such as kinkajou/node",
                code: .programMissing)
        }
        progress.done()
        let preflight = Preflight(facts: facts, settings: settings, purpose: .node)
        foundChecks = preflight.findings.map(\.id)
        preflight.tell(progress, isQuiet: isQuiet, problems: plan.problems)
        progress.begin("Preparing cgroups, mounts and iptables", as: .environment)
        mountsBefore = Set(facts.mounts.map(\.mountPoint))
        self.plan = plan
        do throws(SystemError) {
            for directory in plan.directories { try Files.makeDirectories(directory, mode: 0o711) }
        } catch {
            throw KinkajouError(
                "\(error)", cure: "make the volume writable, with some space free", code: .storageUnusable)
        }
        for step in plan.steps {
            try await applier.apply(step)
            try Task.checkCancellation()
        }
        let strategy = try await applier.apply(firstOf: plan.cgroupStrategies)
        cgroupRoot = strategy.parent
        cgroups = EngineCgroups(madeBy: strategy)
        for warning in await applier.warnings { progress.warn(warning) }
        progress.done()
    }

    /// Starts containerd and waits until it listens.
    public func start() async throws {
        guard let plan, let facts else { return }
        progress.begin("Starting containerd", as: .engine)
        let configuration = Self.directory + "/containerd.toml"
        let changes = try containerdChanges(facts)
        do {
            try Files.makeDirectories(Self.directory, mode: 0o700)
            try makeIdentity()
            let text = try Files.read(Self.imageConfiguration)
            // Registries' passwords can be in it.
            try Files.replace(
                configuration,
                with: try ContainerdAdaptation.adapted(
                    text, changes: changes, root: plan.store,
                    runtime: plan.needsWrapper ? try linkWrapper() : nil),
                mode: 0o600)
        } catch let error as JSONPatchError {
            throw KinkajouError(
                "a patch does not fit the configuration of containerd in the node image: \(error)",
                cure: "correct containerdConfigPatchesJSON6902", code: .usage)
        } catch let error as TOMLSyntaxError {
            throw KinkajouError(
                "the node image's \(Self.imageConfiguration) cannot be read: \(error)",
                cure: "use another node image", code: .engineFailed)
        } catch {
            throw KinkajouError(
                "containerd cannot be configured: \(error)",
                cure: "run this in a node image, with /run writable", code: .stepFailed)
        }
        let containerd = try SupervisedProgram(
            await request("containerd", ["--config", configuration]),
            logPath: Self.logDirectory + "/containerd.log")
        self.containerd = containerd
        try await containerd.start()
        try await waitUntilListening(containerd)
        progress.done()
    }

    /// Nodes are told apart by it.
    private func makeIdentity() throws(SystemError) {
        guard (try? Files.read("/etc/machine-id"))?.isEmpty ?? true else { return }
        let digits = try Files.read("/proc/sys/kernel/random/uuid").filter(\.isHexDigit)
        try Files.replace("/etc/machine-id", with: digits + "\n", mode: 0o444)
    }

    /// This program is the wrapper, when it is called by its name.
    private func linkWrapper() throws(SystemError) -> String {
        let link = Self.directory + "/kinkajou-oci"
        try Files.link(Files.resolved("/proc/self/exe") ?? "/proc/self/exe", at: link)
        return link
    }

    private func waitUntilListening(_ containerd: SupervisedProgram) async throws {
        let deadline = ContinuousClock.now + readyTimeout
        while true {
            if let descriptor = try? UnixSocket.connect(Self.socket) {
                close(descriptor)
                return
            }
            if let status = await containerd.status {
                throw await containerd.failure("containerd ended before it listened (\(status))")
            }
            guard ContinuousClock.now < deadline else {
                throw await containerd.failure(
                    "containerd did not listen on \(Self.socket) within \(readyTimeout.inWords)",
                    code: .timedOut)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Starts the kubelet.
    public func startKubelet(_ arguments: [String]) async throws {
        let kubelet = try SupervisedProgram(
            await request("kubelet", arguments), logPath: Self.logDirectory + "/kubelet.log")
        self.kubelet = kubelet
        try await kubelet.start()
    }

    /// Why the kubelet has ended; nil while it runs.
    public func kubeletFailure() async -> KinkajouError? {
        guard let kubelet, let status = await kubelet.status else { return nil }
        return await kubelet.failure("the kubelet ended (\(status))", code: .clusterFailed)
    }

    private func request(_ program: String, _ arguments: [String]) async -> ChildRequest {
        var request = ChildRequest(
            executable: program, arguments: arguments, environment: commandEnvironment())
        // Nobody is there to be notified.
        request.environment["NOTIFY_SOCKET"] = nil
        request.cgroupNamespace = await applier.cgroupNamespace
        return request
    }

    /// What the user's command finds in its environment.
    public func commandEnvironment() -> [String: String] {
        var environment = Environment.all()
        environment["PATH"] = SearchPath.with(prefix: plan?.pathPrefix, environment: environment)
        return environment
    }

    /// The cgroup namespace for the user's command.
    public func commandNamespace() async -> CgroupNamespace? { await applier.cgroupNamespace }

    /// Returns when containerd or the kubelet is lost for good, with the error.
    public func supervise(report: @escaping @Sendable (String) -> Void) async -> KinkajouError? {
        let programs = [containerd, kubelet].compactMap(\.self)
        return await withTaskGroup(of: KinkajouError?.self) { group in
            for program in programs { group.addTask { await program.supervise(report: report) } }
            for await lost in group where lost != nil {
                group.cancelAll()
                return lost
            }
            return nil
        }
    }

    // MARK: - Down

    /// Takes everything down, last first. The result says what is left or did not go as it should.
    public func tearDown(budget: StopBudget) async -> [String] {
        var complaints: [String] = []
        // Even without any time left, each gets some: nothing is to outlive the session.
        func patience(_ part: StopBudget.Part) -> Duration {
            max(.milliseconds(500), budget.remaining(for: part))
        }
        if let kubelet { complaints += await kubelet.stop(within: min(.seconds(3), patience(.containers))) }
        // With nobody left to start them again, the Pods go with their cgroups.
        if let cgroups { complaints += await cgroups.sweep(within: min(.seconds(5), patience(.daemon))) }
        if let containerd { complaints += await containerd.stop(within: min(.seconds(3), patience(.daemon))) }
        if containerd != nil { Shims.end(of: Self.socket) }
        complaints += unmountRest()
        complaints += await applier.undoAll()
        for name in Files.names(in: Self.directory) { try? Files.remove(Self.directory + "/" + name) }
        for path in [Self.directory, "/run/kinkajou"] { try? Files.removeDirectory(path) }
        if let plan, Files.exists(plan.state) {
            let result = await Tool.run("rm", ["-rf", "--one-file-system", plan.state])
            if !result.isSuccess { complaints.append("\(plan.state): \(result.reason)") }
        }
        return complaints
    }

    /// Takes away what containerd and the kubelet have mounted, last first.
    private func unmountRest() -> [String] {
        guard let plan, containerd != nil else { return [] }
        var complaints: [String] = []
        let own = [plan.store, NodePlan.kubeletDirectory, "/run/containerd", "/run/netns", "/var/run/netns"]
        let ours = [
            plan.store, "\(plan.store)/io.containerd.snapshotter.v1.overlayfs", NodePlan.kubeletDirectory,
        ]
        for mount in Mount.parse(
            mountinfo: (try? Files.read("/proc/self/mountinfo")) ?? ""
        ).reversed()
        where !mountsBefore.contains(mount.mountPoint) && !ours.contains(mount.mountPoint) {
            guard own.contains(where: { mount.mountPoint.isWithin(path: $0) }) else { continue }
            do throws(SystemError) {
                try Mounting.unmount(mount.mountPoint, lazily: true)
            } catch  where error.errorNumber != EINVAL {
                complaints.append("mount \(mount.mountPoint): \(error.reason)")
            } catch {
                // It went with another one.
            }
        }
        return complaints
    }
}

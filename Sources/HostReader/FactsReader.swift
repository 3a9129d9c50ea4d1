internal import Glibc
public import HostFacts
public import Linux
internal import Synchronization

/// Reads the facts of the place that this process runs in, or of one that `scripts/record-facts` recorded. It changes
/// nothing: what can only be found out by trying is tried in a namespace that goes away with the attempt.
public struct FactsReader: Sendable {
    /// Runs a program, by its name or path, with arguments and what it reads from stdin, and gives what it left.
    public typealias Run =
        @Sendable (_ program: String, _ arguments: [String], _ input: String) async -> Tool.Result

    let root: String
    let run: Run
    let environment: [String: String]
    let calls: SystemCalls

    /// A reader.
    ///
    /// - Parameters:
    ///   - root: What the path of every file is put behind; empty: nothing.
    ///   - run: How programs are run.
    ///   - environment: The variables of the environment.
    ///   - calls: What is asked of the kernel by system calls.
    public init(
        root: String = "", run: @escaping Run = { await Tool.run($0, $1, input: $2) },
        environment: [String: String] = Environment.all(), calls: SystemCalls = .real
    ) {
        self.root = root
        self.run = run
        self.environment = environment
        self.calls = calls
    }

    /// Reads everything.
    ///
    /// - Parameters:
    ///   - dataRoot: Where the engine's data is to go.
    ///   - socket: The socket that the engine is to answer on.
    public func read(dataRoot: String, socket: String = "/var/run/docker.sock") async -> HostFacts {
        let refusals = StartRefusals()
        let watched = FactsReader(
            root: root,
            run: { [run] program, arguments, input in
                let result = await run(program, arguments, input)
                if result.startFailure == EAGAIN { refusals.note(result.reason) }
                return result
            }, environment: environment, calls: calls)
        var facts = await watched.readAll(dataRoot: dataRoot, socket: socket)
        facts.resources.startFailure = refusals.first
        return facts
    }

    private func readAll(dataRoot: String, socket: String) async -> HostFacts {
        async let packetFilter = packetFilter()
        async let engine = engine(socket: socket)
        let process = process()
        let mounts = mounts()
        let cgroups = cgroups()
        let proxies = proxyVariables()
        let layout = CgroupLayout(mounts: mounts, membership: cgroups.membership)
        async let userNamespace = userNamespace(process, layout: layout)
        return await HostFacts(
            kernel: kernel(),
            process: process,
            mounts: mounts,
            cgroups: cgroups,
            network: network(),
            packetFilter: packetFilter,
            storage: storage(dataRoot: dataRoot),
            engine: engine,
            proxyVariables: proxies,
            resources: resources(layout: layout),
            initProcess: initProcess(),
            keys: KeyFacts.parse(text("/proc/key-users"), userID: process.userID),
            conntrack: conntrack(),
            identity: identity(),
            clock: calls.clock(),
            confinement: confinement(),
            proxies: proxyFacts(proxies),
            listeningPorts: listeningPorts(),
            clusterPrograms: clusterPrograms(),
            userNamespace: userNamespace,
            inotify: inotify()
        )
    }

    /// The mounts.
    public func mounts() -> [Mount] {
        Mount.parse(mountinfo: text("/proc/self/mountinfo"))
    }

    /// A file's content; empty where it cannot be read.
    public func text(_ path: String) -> String {
        (try? Files.read(root + path)) ?? ""
    }

    /// A file's only line.
    func line(_ path: String) -> String {
        text(path).split(separator: "\n").first.map(String.init) ?? ""
    }

    func words(_ path: String) -> [String] {
        text(path).split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
    }

    func exists(_ path: String) -> Bool {
        Files.exists(root + path)
    }

    /// Where a program is, by PATH.
    func find(_ program: String) -> String? {
        Programs.find(program, path: environment["PATH"] ?? Programs.defaultPath, root: root)
    }

    private func process() -> ProcessFacts {
        ProcessFacts.parse(
            status: text("/proc/self/status"), uidMap: text("/proc/self/uid_map"),
            limits: text("/proc/self/limits"),
            lastCapability: Int(line("/proc/sys/kernel/cap_last_cap")) ?? 40)
    }

    private func cgroups() -> CgroupFacts {
        let membership = CgroupMembership.parse(text("/proc/self/cgroup"))
        var unified: UnifiedCgroupFacts?
        let mount = "/sys/fs/cgroup"
        if let own = membership.first(where: { $0.hierarchy == 0 })?.path,
            calls.fileSystem(mount)?.type == "cgroup2"
        {
            // With the host's namespace the own cgroup lies below the mount; with an own one it is the mount.
            let directory = exists(mount + own + "/cgroup.controllers") ? mount + own : mount
            unified = UnifiedCgroupFacts(
                rootType: exists(mount + "/cgroup.type") ? line(mount + "/cgroup.type") : nil,
                controllers: words(directory + "/cgroup.controllers"),
                subtreeControl: words(directory + "/cgroup.subtree_control"))
        }
        return CgroupFacts(
            membership: membership,
            enabledControllers: CgroupFacts.parseControllers(text("/proc/cgroups")), unified: unified)
    }

    private func proxyVariables() -> [String] {
        let names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
        return (names + names.map { $0.lowercased() }).filter { environment[$0]?.isEmpty == false }
    }
}

/// Programs that could not be started for the limit of processes: what they were to tell is not known then.
private final class StartRefusals: Sendable {
    private let reason = Mutex<String?>(nil)

    func note(_ reason: String) {
        self.reason.withLock { if $0 == nil { $0 = reason } }
    }

    var first: String? { reason.withLock { $0 } }
}

/// Everything about a machine, container or Pod that a plan depends on, read once.
public struct HostFacts: Sendable, Equatable, Codable {
    /// The kernel and its settings.
    public var kernel: KernelFacts
    /// What the process may do.
    public var process: ProcessFacts
    /// `/proc/self/mountinfo`.
    public var mounts: [Mount]
    /// The cgroups.
    public var cgroups: CgroupFacts
    /// The network.
    public var network: NetworkFacts
    /// iptables.
    public var packetFilter: PacketFilterFacts
    /// Where the engine's data goes.
    public var storage: StorageFacts
    /// The engine's programs and leftovers.
    public var engine: EngineFacts
    /// Names of the proxy variables that are set. Their values can hold passwords and are not kept.
    public var proxyVariables: [String]
    /// Memory, processors and processes.
    public var resources: ResourceFacts
    /// PID 1; nil where this process is it, or where it cannot be seen.
    public var initProcess: InitFacts?
    /// The kernel keys of this user; nil where the kernel does not tell.
    public var keys: KeyFacts?
    /// The table of connections; nil where this network namespace has none yet.
    public var conntrack: ConntrackFacts?
    /// By what it is told from others.
    public var identity: IdentityFacts
    /// The clock.
    public var clock: ClockFacts
    /// What holds the process back beside capabilities.
    public var confinement: ConfinementFacts
    /// The proxies that the environment names.
    public var proxies: [ProxyFacts]
    /// TCP ports that somebody listens on.
    public var listeningPorts: [Int]
    /// Where the programs are that a cluster needs, by their names.
    public var clusterPrograms: [String: String]
    /// What the user namespace grants; nil in the machine's own.
    public var userNamespace: UserNamespaceFacts?
    /// The inotify instances; nil where they are not counted.
    public var inotify: InotifyFacts?

    /// Facts from their parts.
    public init(
        kernel: KernelFacts, process: ProcessFacts, mounts: [Mount], cgroups: CgroupFacts,
        network: NetworkFacts, packetFilter: PacketFilterFacts, storage: StorageFacts,
        engine: EngineFacts, proxyVariables: [String], resources: ResourceFacts = .init(),
        initProcess: InitFacts? = nil,
        keys: KeyFacts? = nil, conntrack: ConntrackFacts? = nil, identity: IdentityFacts = .init(),
        clock: ClockFacts = .init(), confinement: ConfinementFacts = .init(), proxies: [ProxyFacts] = [],
        listeningPorts: [Int] = [], clusterPrograms: [String: String] = [:],
        userNamespace: UserNamespaceFacts? = nil, inotify: InotifyFacts? = nil
    ) {
        self.kernel = kernel
        self.process = process
        self.mounts = mounts
        self.cgroups = cgroups
        self.network = network
        self.packetFilter = packetFilter
        self.storage = storage
        self.engine = engine
        self.proxyVariables = proxyVariables
        self.resources = resources
        self.initProcess = initProcess
        self.keys = keys
        self.conntrack = conntrack
        self.identity = identity
        self.clock = clock
        self.confinement = confinement
        self.proxies = proxies
        self.listeningPorts = listeningPorts
        self.clusterPrograms = clusterPrograms
        self.userNamespace = userNamespace
        self.inotify = inotify
    }

    /// How the cgroups are laid out.
    public var cgroupLayout: CgroupLayout {
        CgroupLayout(mounts: mounts, membership: cgroups.membership)
    }
}

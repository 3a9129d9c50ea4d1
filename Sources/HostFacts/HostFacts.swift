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

    /// Facts from their parts.
    public init(
        kernel: KernelFacts, process: ProcessFacts, mounts: [Mount], cgroups: CgroupFacts,
        network: NetworkFacts, packetFilter: PacketFilterFacts, storage: StorageFacts,
        engine: EngineFacts, proxyVariables: [String]
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
    }

    /// How the cgroups are laid out.
    public var cgroupLayout: CgroupLayout {
        CgroupLayout(mounts: mounts, membership: cgroups.membership)
    }
}

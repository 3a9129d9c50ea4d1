public import HostFacts
public import Values

/// How nested cgroups are kept under the container's own.
public struct CgroupStrategy: Sendable, Equatable, Codable {
    /// A short name, such as `v1-rebind`.
    public var name: String
    /// What has to be done, in order.
    public var steps: [PlannedStep]
    /// dockerd's `cgroup-parent`.
    public var parent: String
    /// The directories of the parent below every hierarchy's mount: what teardown empties.
    public var parentDirectories: [String]
    /// Why.
    public var reason: String

    /// A strategy from its parts.
    public init(
        name: String, steps: [PlannedStep], parent: String, parentDirectories: [String], reason: String
    ) {
        self.name = name
        self.steps = steps
        self.parent = parent
        self.parentDirectories = parentDirectories
        self.reason = reason
    }
}

/// How dockerd is run.
public struct DaemonPlan: Sendable, Equatable, Codable {
    /// The program.
    public var program: String
    /// Its arguments.
    public var arguments: [String]
    /// The file that holds its configuration.
    public var configurationPath: String
    /// The configuration; `cgroup-parent` is filled in when a cgroup strategy has worked.
    public var configuration: [String: JSONValue]
    /// Variables that are added to its environment.
    public var environment: [String: String]
}

/// What will be done to make a Docker engine work here, and why.
public struct Plan: Sendable, Equatable, Codable {
    /// Every decision with its reason.
    public var decisions: [Decision]
    /// What stands in the way.
    public var problems: [Problem]
    /// The steps, in order; those of the cgroup strategy come after them.
    public var steps: [PlannedStep]
    /// The ways to place nested cgroups, best first: a later one is tried where the earlier one fails.
    public var cgroupStrategies: [CgroupStrategy]
    /// By what the engine has its packets filtered.
    public var firewall: EngineFirewall
    /// The iptables backend.
    public var packetFilter: PacketFilterBackend
    /// The directory that goes to the front of PATH, where one is needed.
    public var pathPrefix: String?
    /// dockerd.
    public var daemon: DaemonPlan
    /// The certificates' directory for the TLS port, where one was asked for.
    public var tlsDirectory: String?

    /// What the engine will have in its network namespace, as far as that is known beforehand.
    public var traces: EngineTraces {
        var traces = EngineTraces()
        func add(_ subnet: JSONValue?) {
            if case .string(let text)? = subnet, let network = IPv4Network(text) {
                traces.subnets.insert(network.network)
            }
        }
        add(daemon.configuration["bip"])
        if case .array(let pools)? = daemon.configuration["default-address-pools"] {
            for case .object(let pool) in pools { add(pool["base"]) }
        }
        for step in steps {
            if case .makeBridge(let name, let address, _) = step.action {
                traces.bridges.insert(name)
                add(.string(address))
            }
        }
        return traces
    }

    /// The problems that make the plan impossible.
    public var errors: [Problem] { problems.filter { $0.severity == .error } }
}

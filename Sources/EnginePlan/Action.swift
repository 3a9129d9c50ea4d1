public import HostFacts

/// One change to the environment. Whoever applies it knows how to undo it.
public enum Action: Sendable, Equatable, Codable {
    /// Mounts a file system; the mount point is made where it is missing.
    case mount(fileSystem: String, source: String, target: String, options: [String])
    /// Shows a directory at a second place (MS_BIND).
    case bindMount(source: String, target: String)
    /// Passes mounts below `/` on to nested containers (MS_SHARED).
    case shareMounts(of: String)
    /// Makes a read-only mount writable.
    case remountWritable(target: String)
    /// Leaves for a cgroup namespace of its own, and mounts its hierarchies over the host's.
    case enterCgroupNamespace(remount: [CgroupRemount])
    /// Moves every process of a version 2 cgroup into a leaf, so that the cgroup can have controllers.
    case evacuate(cgroup: String, leaf: String)
    /// Hands controllers of a version 2 cgroup on to its children.
    case delegate(cgroup: String, controllers: [String])
    /// Mounts one cgroup of a version 1 hierarchy without controllers; the cgroup is made where it is missing.
    case mountNamedHierarchy(name: String, path: String, target: String)
    /// Makes a bridge with an address, for the engine's default network.
    case makeBridge(name: String, address: String, mtu: Int)
    /// Makes a cgroup that can take processes at once: with the processors and memory of the one above it.
    case makeCgroup(String)
    /// Makes `iptables` and its kind mean one backend, by links in a directory at the front of PATH.
    case selectPacketFilter(backend: PacketFilterBackend, directory: String)
    /// Sets a value below `/proc/sys`, by its name with dots (sysctl(8)).
    case setKernelSetting(name: String, value: String)
    /// Loads a kernel module, where one can be found.
    case loadModule(String)
    /// Removes pid files and sockets of an engine that has ended.
    case removeStaleFiles([String])
}

/// A hierarchy to be mounted anew.
public struct CgroupRemount: Sendable, Equatable, Codable {
    /// `cgroup` or `cgroup2`.
    public var fileSystem: String
    /// The hierarchy's controllers or `name=...`; empty for version 2.
    public var options: [String]
    /// Where it goes.
    public var target: String

    /// A remount from its parts.
    public init(fileSystem: String, options: [String], target: String) {
        self.fileSystem = fileSystem
        self.options = options
        self.target = target
    }
}

/// An action and why it is needed.
public struct PlannedStep: Sendable, Equatable, Codable {
    /// What is done.
    public var action: Action
    /// Why.
    public var reason: String
    /// Whether the container can do without it: a failure is then a warning.
    public var isOptional: Bool

    /// A step from its parts.
    public init(_ action: Action, because reason: String, isOptional: Bool = false) {
        self.action = action
        self.reason = reason
        self.isOptional = isOptional
    }
}

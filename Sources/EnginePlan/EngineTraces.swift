public import HostFacts

/// What an engine has in its network namespace, by its own account: what may be taken away when it has ended.
public struct EngineTraces: Sendable, Equatable {
    /// Its networks' bridges.
    public var bridges: Set<String>
    /// Its networks' addresses.
    public var subnets: Set<IPv4Network>

    /// Traces from their parts.
    public init(bridges: Set<String> = [], subnets: Set<IPv4Network> = []) {
        self.bridges = bridges
        self.subnets = subnets
    }

    /// Adds others.
    public mutating func formUnion(_ other: EngineTraces) {
        bridges.formUnion(other.bridges)
        subnets.formUnion(other.subnets)
    }
}

/// Whose a network namespace is at the end of an engine.
public struct NamespaceOwnership: Sendable, Equatable {
    /// What the engine said that it made.
    public var made: EngineTraces
    /// Whether another engine is in the namespace by now. While there is none, whatever came and has an engine's
    /// names is ours, recorded or not: dockerd may have been killed before it could be asked.
    public var isShared: Bool

    /// An ownership from its parts.
    public init(made: EngineTraces, isShared: Bool) {
        self.made = made
        self.isShared = isShared
    }

    /// Whether a bridge is one of the engine's networks.
    func isOurBridge(_ name: some StringProtocol) -> Bool {
        made.bridges.contains(String(name)) || !isShared && NetworkInterface.isEngineBridge(name)
    }
}

/// Works out which interfaces an ended engine has left.
public enum InterfaceCleanup {
    /// The interfaces to delete, ports before their bridges. What was there before and belonged to somebody, and
    /// what cannot be told, stays.
    ///
    /// - Parameters:
    ///   - before: The network before the engine came.
    ///   - now: The interfaces after it has ended.
    ///   - ownership: Whose the namespace is.
    public static func deletions(
        before: NetworkFacts, now: [NetworkInterface], ownership: NamespaceOwnership
    ) -> [String] {
        let bridges = now.map(\.name).filter { name in
            guard ownership.isOurBridge(name) else { return false }
            guard before.interfaces.contains(where: { $0.name == name }) else { return true }
            // One that an engine had left before is ours once our engine has taken it over. docker0 it always
            // does; another only where it says so.
            return before.isStaleBridge(name) && (name == "docker0" || ownership.made.bridges.contains(name))
        }
        let ports = now.filter { interface in
            // Containers are plugged in by veth pairs; anything else was plugged in by somebody else.
            interface.name.hasPrefix("veth") && interface.bridge.map { bridges.contains($0) } == true
        }
        return ports.map(\.name) + bridges
    }
}

/// The ports of nodes that kind's file publishes, where the cluster lives in a Pod or container: each has a port in there,
/// and one outside, which is what the file speaks of. Pure.
public struct PublishedPorts: Sendable, Equatable {
    /// A port.
    public struct Port: Sendable, Equatable {
        /// The port outside: of the Service, or of this machine; nil: one that is free.
        public var outer: Int?
        /// The port in the Pod or container.
        public var inner: Int
        /// The address of this machine that it is published at, with Docker; nil: all.
        public var listenAddress: String?
        /// The protocol.
        public var `protocol`: PortProtocol
    }

    /// The ports, in the order of the file.
    public let ports: [Port]
    /// The file's cluster as it is made in there: with the ports in there, at all its addresses, for what the file says
    /// of addresses is about where the cluster is reached from.
    public let cluster: Cluster

    /// Chooses the ports in there: those of the file, but where ours are in the way, or none is named.
    ///
    /// - Parameter isNode: Whether what the cluster lives in is its node: then the node's ports are there already.
    public init(of cluster: Cluster, isNode: Bool = false) {
        struct Taken: Hashable {
            var number: Int
            var `protocol`: PortProtocol
        }
        var taken: Set<Taken> = [
            Taken(number: Defaults.apiServerPort, protocol: .tcp),
            Taken(number: Defaults.statusPort, protocol: .tcp),
        ]
        // Who names a port gets it, if that can be; the others take what is left.
        let named = cluster.nodes.flatMap(\.extraPortMappings).compactMap { mapping in
            mapping.hostPort.flatMap {
                $0 > 0 ? Taken(number: $0, protocol: mapping.protocol ?? .tcp) : nil
            }
        }
        var ports: [Port] = []
        var inside = cluster
        for node in inside.nodes.indices {
            for index in inside.nodes[node].extraPortMappings.indices {
                let mapping = inside.nodes[node].extraPortMappings[index]
                let transport = mapping.protocol ?? .tcp
                let outer = mapping.hostPort.flatMap { $0 > 0 ? $0 : nil }
                var inner = Taken(number: outer ?? mapping.containerPort, protocol: transport)
                if isNode { inner.number = mapping.containerPort }
                while !isNode && (taken.contains(inner) || outer == nil && named.contains(inner)) {
                    inner.number = inner.number % 65535 + 1
                }
                taken.insert(inner)
                ports.append(
                    Port(
                        outer: outer, inner: inner.number, listenAddress: mapping.listenAddress,
                        protocol: transport))
                inside.nodes[node].extraPortMappings[index].hostPort = inner.number
                inside.nodes[node].extraPortMappings[index].listenAddress = nil
            }
        }
        if isNode {
            for node in inside.nodes.indices { inside.nodes[node].extraPortMappings = [] }
        }
        inside.networking.apiServerAddress = nil
        inside.networking.apiServerPort = nil
        self.ports = ports
        self.cluster = inside
    }
}

extension ClusterSpec {
    /// The ports that kind's file publishes.
    public var published: PublishedPorts { PublishedPorts(of: parsed.cluster, isNode: madeBy == .node) }

    /// The spec as it is handed to a Pod or container.
    ///
    /// - Parameter names: The names and addresses that the API server is known by outside.
    /// - Throws: ``ClusterConfigError``.
    public func inside(names: [String]) throws -> ClusterSpec {
        var spec = self
        if let file = configuration {
            spec.configuration = try KindConfiguration(text: published.cluster.yaml(), file: file.file)
        }
        spec.apiServer.port = Defaults.apiServerPort
        spec.apiServer.certificateNames = names + apiServer.certificateNames
        spec.summarizesTime = true
        return spec
    }
}

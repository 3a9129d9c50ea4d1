public import ClusterSpec
internal import EnginePlan
internal import Glibc
public import HostFacts

extension ClusterSpec {
    /// Checks everything that can be checked before anything starts.
    ///
    /// - Throws: `ClusterConfigError`.
    public func check() throws {
        _ = try ClusterPlan(self, in: ClusterSurroundings())
    }

    /// What was asked for, with what the container is like.
    ///
    /// - Parameters:
    ///   - facts: Of the container.
    ///   - image: The image of nodes that name none.
    ///   - parts: What the cluster is made with; nil: what the facts and the images' tags say.
    public func plan(facts: HostFacts, image: String, parts: ClusterFacts? = nil) throws -> ClusterPlan {
        var place = ClusterSurroundings()
        place.registryDirectory = ClusterDirectory.path + "/certs.d"
        place.facts = parts ?? ClusterFacts(host: facts)
        let file = parsed
        let outer = OuterNetworks(facts: facts, settings: engine)
        place.podAddress = outer.address
        place.hostName = Self.hostName()
        place.takenNetworks = outer.taken
        place.mtu = outer.mtu
        place.hasProxy = !facts.proxyVariables.isEmpty
        // Our own node image has the wrapper, and puts it to use by itself; so does a node that this container is.
        if madeBy == .kind,
            !facts.process.missingFromBounding.isEmpty || !facts.process.isInitialUserNamespace,
            !image.contains("kinkajou/node")
        {
            place.wrapperPath = facts.engine.wrapper
        }
        var parsed = file
        if parsed.cluster.nodes.isEmpty { parsed.cluster.nodes = [Node()] }
        for index in parsed.cluster.nodes.indices where parsed.cluster.nodes[index].image == nil {
            parsed.cluster.nodes[index].image = image
        }
        return try ClusterPlan(self, file: parsed, in: place)
    }

    /// The images of all nodes, where those that name none have this one.
    func nodeImages(default image: String) -> Set<String> {
        if let nodeImage { return [nodeImage] }
        let nodes = parsed.cluster.nodes.isEmpty ? [Node()] : parsed.cluster.nodes
        return Set(nodes.map { $0.image ?? image })
    }

    /// The images that the nodes ask for, each once; empty where nobody asked. Nodes that name none have the first.
    var wantedImages: [String] {
        if let nodeImage { return [nodeImage] }
        let nodes = parsed.cluster.nodes
        var images: [String] = []
        for case let image? in nodes.map(\.image) where !images.contains(image) {
            images.append(image)
        }
        return images
    }

    /// The host's own name.
    static func hostName() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
        let name = String(
            decoding: buffer.prefix(while: { $0 != 0 }).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? nil : name
    }
}

extension ClusterFacts {
    /// What a host says of the nodes that will be on it.
    init(host: HostFacts) {
        self.init()
        capacity = NodeCapacity(host.resources)
        if case .v1 = host.cgroupLayout { hasCgroupV1 = true } else { hasCgroupV1 = false }
    }
}

public import ClusterSpec
internal import EnginePlan
internal import Glibc
public import HostFacts

extension ClusterOptions {
    /// Checks everything that can be checked before anything starts.
    ///
    /// - Throws: `ClusterConfigError`.
    public func check() throws {
        _ = try ClusterPlan(file, settings: wishes())
    }

    /// What the user asked for.
    private func wishes() -> ClusterSettings {
        var settings = ClusterSettings()
        settings.name = name
        settings.nodeImage = image
        settings.apiServerAddress = address
        settings.apiServerPort = port
        settings.certSANs = certificateNames
        settings.podSubnet = podSubnet
        settings.serviceSubnet = serviceSubnet
        if !engine.registryMirrors.isEmpty {
            settings.registryMirrors["docker.io"] = engine.registryMirrors
        }
        settings.insecureRegistries = engine.insecureRegistries
        settings.registryDirectory = KindCluster.directory + "/certs.d"
        return settings
    }

    /// What the user asked for, with what the container is like.
    ///
    /// - Parameters:
    ///   - facts: Of the container.
    ///   - image: The image of nodes that name none.
    ///   - version: What that image has in it; nil: what its tag says.
    public func plan(
        facts: HostFacts, image: String, version: KubernetesVersion? = nil
    ) throws -> ClusterPlan {
        var settings = wishes()
        // Nodes of other images may be of another version.
        if Set(file.cluster.nodes.compactMap(\.image)).isSubset(of: [image]) || self.image != nil {
            settings.kubernetesVersion = version
        }
        let outer = OuterNetworks(facts: facts, settings: engine)
        settings.podAddress = outer.address
        settings.hostName = Self.hostName()
        settings.takenNetworks = outer.taken
        settings.mtu = outer.mtu
        settings.hasProxy = !facts.proxyVariables.isEmpty
        // Our own node image has the wrapper, and puts it to use by itself.
        if !facts.process.missingFromBounding.isEmpty || !facts.process.isInitialUserNamespace,
            !image.contains("kinkajou/node")
        {
            settings.wrapperPath = facts.engine.wrapper
        }
        var parsed = file
        if parsed.cluster.nodes.isEmpty { parsed.cluster.nodes = [Node()] }
        for index in parsed.cluster.nodes.indices where parsed.cluster.nodes[index].image == nil {
            parsed.cluster.nodes[index].image = image
        }
        return try ClusterPlan(parsed, settings: settings)
    }

    /// The images that the nodes ask for, each once; empty where nobody asked.
    var wantedImages: [String] {
        if let image { return [image] }
        var images: [String] = []
        for case let image? in file.cluster.nodes.map(\.image) where !images.contains(image) {
            images.append(image)
        }
        if file.cluster.nodes.contains(where: { $0.image == nil }), !images.isEmpty {
            images.append(Self.defaultImage)
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

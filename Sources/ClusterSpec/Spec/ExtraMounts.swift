/// What kind's file mounts into nodes, where the cluster lives in a Pod or container: each source is in there at a place
/// of its own, and that is what the nodes mount. Both ends work it out of the spec. Pure.
public struct ExtraMounts: Sendable, Equatable {
    /// How much of the client's machine travels with a spec at most: with its base64, and that of the Secret that it
    /// is in, it stays below the 1 MiB that a Secret may have.
    public static let carriedLimit = 512 << 10

    /// A path of the file, and where it comes from.
    public struct Entry: Sendable, Equatable {
        /// The path, as the file has it.
        public let hostPath: String
        /// Where it comes from.
        public let source: MountSource
        /// Where the source is in the Pod or container.
        public let place: String
        /// What the nodes mount: the place, or a file in it.
        public let inside: String
        /// Whether no node writes to it.
        public let isReadOnly: Bool
        /// How mounts below it are passed on, for the node that asks for most.
        public let propagation: MountPropagation?
    }

    /// The paths in the order of the file, each once.
    public let entries: [Entry]

    /// Gives each path that has a source its place.
    public init(of cluster: Cluster, from sources: [String: MountSource]) {
        let mounts = cluster.nodes.flatMap(\.extraMounts)
        var entries: [Entry] = []
        for path in mounts.map(\.hostPath) where !entries.contains(where: { $0.hostPath == path }) {
            guard let source = sources[path] else { continue }
            let asked = mounts.filter { $0.hostPath == path }
            let directory = if case .copy = source { Defaults.copyDirectory } else { Defaults.mountDirectory }
            let place = "\(directory)/\(entries.count)"
            let strength: [MountPropagation] = [.bidirectional, .hostToContainer]
            entries.append(
                Entry(
                    hostPath: path, source: source, place: place,
                    inside: source.key.map { "\(place)/\($0)" } ?? place,
                    isReadOnly: asked.allSatisfy(\.readOnly),
                    propagation: strength.first { kind in asked.contains { $0.propagation == kind } }))
        }
        self.entries = entries
    }
}

extension ClusterSpec {
    /// What kind's file mounts into nodes from outside the Pod or container.
    public var extraMounts: ExtraMounts { ExtraMounts(of: parsed.cluster, from: mounts) }
}

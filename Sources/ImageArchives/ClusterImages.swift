/// What `kinkajou inside images` writes: the images that the nodes of a cluster hold.
public struct ClusterImages: Sendable, Equatable, Codable {
    /// The cluster.
    public var cluster: String
    /// Its nodes.
    public var nodes: [NodeImages]
    /// What every node holds.
    public var common: PresentContent

    /// What the nodes hold; what they have in common follows.
    public init(cluster: String, nodes: [NodeImages]) {
        self.cluster = cluster
        self.nodes = nodes
        let contents = nodes.map(\.content)
        common = contents.dropFirst().reduce(contents.first ?? PresentContent()) { $0.common(with: $1) }
    }

    /// What the nodes run, if all run the same.
    public var platform: ImagePlatform? {
        let platforms = Set(nodes.map(\.platform))
        return platforms.count == 1 ? platforms.first : nil
    }

    /// Whether every node holds an image with this ID under this full name (``ImageName``), unpacked or able to
    /// be: nothing needs to be sent then.
    public func haveImage(_ id: ContentDigest, named name: String) -> Bool {
        !nodes.isEmpty
            && nodes.allSatisfy { node in
                node.images.contains { $0.id == id && $0.names.contains(name) && $0.isComplete }
            }
    }
}

/// The images that a node holds.
public struct NodeImages: Sendable, Equatable, Codable {
    /// An image.
    public struct Image: Sendable, Equatable, Codable {
        /// Its ID: the digest of its configuration.
        public var id: ContentDigest
        /// Its full names.
        public var names: [String]
        /// Whether all of its layers are there, unpacked or not.
        public var isComplete: Bool

        /// An image.
        public init(id: ContentDigest, names: [String], isComplete: Bool) {
            self.id = id
            self.names = names
            self.isComplete = isComplete
        }
    }

    /// The node's name.
    public var name: String
    /// What it runs.
    public var platform: ImagePlatform
    /// Where containerd unpacks layers, such as `overlayfs`.
    public var snapshotter: String
    /// The images.
    public var images: [Image]
    /// The blobs and unpacked layers, which need not be sent.
    public var content: PresentContent

    /// The images of a node.
    public init(
        name: String, platform: ImagePlatform, snapshotter: String, images: [Image], content: PresentContent
    ) {
        self.name = name
        self.platform = platform
        self.snapshotter = snapshotter
        self.images = images
        self.content = content
    }
}

/// What `kinkajou inside import` writes: what became of the images on each node.
public struct ImportReport: Sendable, Equatable, Codable {
    /// An image that was imported.
    public struct Image: Sendable, Equatable, Codable {
        /// Its full name.
        public var name: String
        /// Its ID: the digest of its configuration.
        public var id: ContentDigest
        /// The digest of its manifest.
        public var digest: ContentDigest

        /// An image.
        public init(name: String, id: ContentDigest, digest: ContentDigest) {
            self.name = name
            self.id = id
            self.digest = digest
        }
    }

    /// What became of them on a node.
    public struct Node: Sendable, Equatable, Codable {
        /// The node's name.
        public var name: String
        /// What it has now; empty where it failed.
        public var images: [Image]
        /// Why it failed; nil where it did not.
        public var error: String?
        /// Whether layers that were left out, because they had been there, are gone: send everything.
        public var lacksSkippedLayers: Bool

        /// What became of them on a node.
        public init(name: String, images: [Image], error: String? = nil, lacksSkippedLayers: Bool = false) {
            self.name = name
            self.images = images
            self.error = error
            self.lacksSkippedLayers = lacksSkippedLayers
        }
    }

    /// The cluster.
    public var cluster: String
    /// Its nodes.
    public var nodes: [Node]
    /// How many bytes the archive had.
    public var bytes: Int64

    /// What became of the images.
    public init(cluster: String, nodes: [Node], bytes: Int64) {
        self.cluster = cluster
        self.nodes = nodes
        self.bytes = bytes
    }

    /// Whether every node has the images.
    public var isSuccess: Bool { nodes.allSatisfy { $0.error == nil } }
}

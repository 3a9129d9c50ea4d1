/// What a node's containerd holds already, so that it need not be sent.
public struct PresentContent: Sendable, Equatable, Codable {
    /// The blobs in its content store.
    public var blobs: Set<ContentDigest>
    /// The chain IDs (``ChainID``) of the layers that are unpacked. Their blobs are not needed any more.
    public var chains: Set<ContentDigest>

    /// What a node holds.
    public init(blobs: Set<ContentDigest> = [], chains: Set<ContentDigest> = []) {
        self.blobs = blobs
        self.chains = chains
    }

    func holds(_ layer: ImageLayer) -> Bool {
        blobs.contains(layer.digest) || chains.contains(layer.chainID)
    }

    /// What two nodes both hold.
    public func common(with other: PresentContent) -> PresentContent {
        PresentContent(
            blobs: blobs.intersection(other.blobs), chains: chains.intersection(other.chains))
    }

    enum CodingKeys: String, CodingKey {
        case blobs, chains
    }

    /// Writes it in a fixed order.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(blobs.sorted(), forKey: .blobs)
        try container.encode(chains.sorted(), forKey: .chains)
    }
}

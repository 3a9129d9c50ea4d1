/// The kernel's table of connections, as this network namespace sees it.
public struct ConntrackFacts: Sendable, Equatable, Codable {
    /// How many connections are in it.
    public var count: Int
    /// How many it may hold.
    public var limit: Int
    /// Whether the limit can be set from here, as kube-proxy likes to do.
    public var isWritable: Bool

    /// Facts from their parts.
    public init(count: Int, limit: Int, isWritable: Bool) {
        self.count = count
        self.limit = limit
        self.isWritable = isWritable
    }
}

/// A cluster as it is listed.
public struct ClusterRecord: Sendable, Equatable {
    /// How far a cluster is.
    public enum Status: String, Sendable {
        /// Its Pod waits for a node or an image.
        case pending = "Pending"
        /// It comes up.
        case starting = "Starting"
        /// It can be used.
        case ready = "Ready"
        /// It was ready once, or should be, and is not.
        case notReady = "NotReady"
        /// It ended by itself.
        case failed = "Failed"
        /// Its time to live is over.
        case expired = "Expired"
        /// It is being deleted.
        case terminating = "Terminating"
    }

    /// Its name.
    public var name: String
    /// The namespace of its Pod; empty with Docker.
    public var namespace: String
    /// How far it is.
    public var status: Status
    /// Why, where it is not ready.
    public var reason: String = ""
    /// How many nodes it has; nil: not known.
    public var nodes: Int?
    /// The image of its nodes, where one was asked for.
    public var nodeImage: String = ""
    /// The machine that it runs on.
    public var host: String = ""
    /// The address of its Pod or container.
    public var address: String = ""
    /// When it was made, as RFC 3339 writes it.
    public var created: String = ""
    /// The seconds from the start that it may live; nil: without limit.
    public var lifetime: Int64?
    /// When its time is over, as RFC 3339 writes it; empty: not known, or never.
    public var expires: String = ""
    /// The Pod that it ends with.
    public var owner: String = ""

    /// Whether it has ended, so that nothing can be done with it but to look at its log.
    public var hasEnded: Bool { status == .failed || status == .expired }

    /// A cluster with a name and a status.
    public init(name: String, namespace: String, status: Status) {
        self.name = name
        self.namespace = namespace
        self.status = status
    }
}

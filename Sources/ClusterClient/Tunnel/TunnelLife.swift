/// How long a tunnel lives, from what happens to it: a value, told happenings in whatever order they come.
struct TunnelLife: Sendable {
    /// Something that happens.
    enum Happening: Sendable, Equatable {
        /// A client has connected.
        case connectionBegan
        /// A connection has ended.
        case connectionEnded
        /// A Pod of the cluster's name was seen, with this UID; `hasFailed`: it will not serve any more.
        case pod(uid: String?, hasFailed: Bool)
        /// The Pod of this UID is gone.
        case podGone(uid: String?)
        /// All Pods that there are were seen.
        case allSeen
        /// A port-forward was refused because there is no such Pod.
        case notFound
        /// Time has passed; so long ago somebody has asked for the credentials, nil: they were taken away.
        case tick(sinceAsked: Duration?)
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// End, for this reason.
        case end(Reason)
    }

    /// Why a tunnel ends.
    enum Reason: String, Sendable {
        /// Nobody has used it for a while.
        case idle = "nobody has used it for a while"
        /// Its files are gone: somebody has ended it.
        case dismissed = "it was ended"
        /// The cluster is gone, or another one has its name: these credentials are not for it.
        case clusterGone = "the cluster is gone"
        /// The cluster has failed or is over.
        case clusterEnded = "the cluster has ended"
    }

    private let uid: String?
    private let idleLimit: Duration
    private var connections = 0
    private var lastUse = Duration.zero
    private var hasSeenPod = false
    private(set) var isOver = false

    /// A tunnel that has just begun to listen.
    ///
    /// - Parameter uid: That of the cluster's Pod.
    init(uid: String?, idleLimit: Duration) {
        self.uid = uid
        self.idleLimit = idleLimit
    }

    /// Takes a happening.
    ///
    /// - Parameter now: The time since it listens.
    mutating func handle(_ happening: Happening, at now: Duration) -> [Action] {
        guard !isOver else { return [] }
        switch happening {
        case .connectionBegan:
            connections += 1
        case .connectionEnded:
            connections -= 1
            lastUse = now
        case .pod(let other, let hasFailed):
            hasSeenPod = true
            if other != uid { return end(.clusterGone) }
            if hasFailed { return end(.clusterEnded) }
        case .podGone(let other):
            if other == uid { return end(.clusterGone) }
        case .allSeen:
            if !hasSeenPod { return end(.clusterGone) }
        case .notFound:
            return end(.clusterGone)
        case .tick(nil):
            return end(.dismissed)
        case .tick(let sinceAsked?):
            // Whoever has asked for the credentials may come back with them.
            let isIdle = connections == 0 && lastUse + idleLimit < now && sinceAsked >= idleLimit
            if isIdle { return end(.idle) }
        }
        return []
    }

    private mutating func end(_ reason: Reason) -> [Action] {
        isOver = true
        return [.end(reason)]
    }
}

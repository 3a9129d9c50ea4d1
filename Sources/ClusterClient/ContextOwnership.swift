public import KubernetesAPI
internal import Values

/// Which contexts of a kubeconfig are those of a cluster, and which name a new one gets. Nothing that belongs to
/// another cluster, or to somebody else, is overwritten or removed. Pure.
public struct ContextOwnership: Sendable {
    private let kubeconfig: KubeconfigLayers
    private let identity: ClusterIdentity

    /// The contexts of a cluster in a kubeconfig.
    public init(of identity: ClusterIdentity, in kubeconfig: KubeconfigLayers) {
        self.identity = identity
        self.kubeconfig = kubeconfig
    }

    /// The name for a cluster's context.
    public struct Choice: Sendable, Equatable {
        /// The name.
        public var name: String
        /// Why it is not the usual one, in a sentence; nil: it is.
        public var explanation: String?
    }

    /// The names of the contexts that belong to the cluster.
    public var owned: [String] {
        kubeconfig.contextNames.filter { isOwn(kubeconfig.context($0)) }
    }

    /// The name that the cluster's context gets: the usual one, but where that belongs to another, one that tells the
    /// two apart. `@` is in no cluster's name, so that this is never the usual name of a third.
    public func choice(kindCompatible: Bool) -> Choice {
        let usual = ClusterName.context(identity.name, kindCompatible: kindCompatible)
        guard !isFree(usual) else { return Choice(name: usual, explanation: nil) }
        let marked = "\(usual)@\(identity.location.mark)"
        var candidates = [marked]
        if case .host(let host) = identity.location, let context = host.context {
            candidates.append("\(marked)@\(context)")
        }
        // One more than there are contexts and other entries in the way cannot all be taken.
        candidates += (2...kubeconfig.contextNames.count + 100).map { "\(marked)-\($0)" }
        let name = candidates.first(where: isFree) ?? "\(marked)-\(identity.uid ?? "new")"
        return Choice(
            name: name,
            explanation: "The context \"\(usual)\" is that of \(owner(of: usual)): this one is \"\(name)\"")
    }

    private func owner(of context: String) -> String {
        guard let entry = kubeconfig.context(context), let other = ClusterIdentity(entry: entry) else {
            return "something that Kinkajou has not made"
        }
        return "the cluster \"\(other.name)\" in \(other.location.title)"
    }

    /// Whether the three entries of a name are not there, or belong to the cluster.
    private func isFree(_ name: String) -> Bool {
        [kubeconfig.context(name), kubeconfig.cluster(name), kubeconfig.user(name)]
            .allSatisfy { $0 == nil || isOwn($0) }
    }

    private func isOwn(_ entry: JSONValue?) -> Bool {
        entry.flatMap(ClusterIdentity.init(entry:))?.isSame(as: identity) ?? false
    }
}

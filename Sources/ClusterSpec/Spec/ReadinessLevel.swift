/// How ready a cluster is; each level needs those before it.
public enum ReadinessLevel: String, Sendable, Codable, CaseIterable, Comparable {
    /// Nothing is waited for.
    case none
    /// The API server says that it is ready.
    case api
    /// Every node is Ready.
    case node
    /// A name resolves from inside a Pod's network.
    case dns
    /// Pods can be made in the default namespace.
    case serviceAccount = "service-account"
    /// A Pod has run to its end.
    case pod

    /// Whether a level comes before another.
    public static func < (first: ReadinessLevel, second: ReadinessLevel) -> Bool {
        allCases.firstIndex(of: first) ?? 0 < allCases.firstIndex(of: second) ?? 0
    }
}

/// The IP versions of a cluster.
public enum IPFamily: String, Sendable, CaseIterable {
    /// IPv4 alone.
    case ipv4
    /// IPv6 alone.
    case ipv6
    /// Both.
    case dual

    /// The value for this family out of one for each IP version; both, with a comma, for `dual`.
    func select(ipv4: String, ipv6: String) -> String {
        switch self {
        case .ipv4: ipv4
        case .ipv6: ipv6
        case .dual: "\(ipv4),\(ipv6)"
        }
    }
}

/// How kube-proxy makes Services reachable.
public enum KubeProxyMode: String, Sendable, CaseIterable {
    /// By rules of iptables.
    case iptables
    /// By the kernel's load balancer.
    case ipvs
    /// By rules of nftables.
    case nftables
    /// There is no kube-proxy.
    case none
}

/// The networks of a cluster, and where its API server is reached.
public struct Networking: Sendable, Equatable {
    /// kind's default Pod network for IPv6: nodes get a /64 each out of it.
    static let podSubnetIPv6 = "fd00:10:244::/56"
    /// kind's default Service network for IPv6.
    static let serviceSubnetIPv6 = "fd00:10:96::/112"

    /// The IP versions.
    public var ipFamily: IPFamily = .ipv4
    /// The port at the host; 0: kind picks a free one; -1: the container engine does.
    public var apiServerPort: Int?
    /// The address at the host.
    public var apiServerAddress: String?
    /// The network of the Pods; two with a comma where the family is `dual`.
    public var podSubnet: String?
    /// The network of the Services; two with a comma where the family is `dual`.
    public var serviceSubnet: String?
    /// Whether kind leaves the Pod network to the user.
    public var disableDefaultCNI = false
    /// How kube-proxy makes Services reachable.
    public var kubeProxyMode: KubeProxyMode = .iptables
    /// The search domains of the nodes' resolver; `nil`: those of the host.
    public var dnsSearch: [String]?

    /// Nothing set.
    public init() {}
}

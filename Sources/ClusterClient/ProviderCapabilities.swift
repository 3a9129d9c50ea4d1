public import ClusterSpec
public import KubernetesAPI

/// What a provider can do beyond what all can.
public struct ProviderCapabilities: Sendable, Equatable {
    /// Whether it can be said where a cluster may run: on which nodes, by which runtime, as whom.
    public var hasPlacement: Bool
    /// Whether a cluster can end with another Pod.
    public var hasOwners: Bool
    /// The ways in which an API server can be reached.
    public var accesses: Set<ClusterSpec.Access>
    /// The way that is taken where none is chosen.
    public var usualAccess: ClusterSpec.Access

    /// What is asked for and cannot be done, by the options that ask for it. Pure.
    public func refused(in request: ClusterSpec, owner: OwnerChoice) -> [String] {
        let placement = request.placement
        var refused: [String] = []
        if !hasPlacement {
            if !placement.nodeSelector.isEmpty { refused.append("--node-selector") }
            if !placement.tolerations.isEmpty { refused.append("--toleration") }
            if placement.runtimeClass != nil { refused.append("--runtime-class") }
            if placement.serviceAccount != nil { refused.append("--service-account") }
            if !placement.imagePullSecrets.isEmpty { refused.append("--image-pull-secret") }
        }
        if !hasOwners, case .pod = owner { refused.append("--owner") }
        if !accesses.contains(request.access) { refused.append("--access") }
        return refused
    }
}

/// The Pod that a new cluster is to end with.
public enum OwnerChoice: Sendable, Equatable {
    /// The Pod that this runs in, if any.
    case own
    /// None.
    case none
    /// The Pod of this name.
    case pod(String)
}

/// A host cluster, with the namespace that clusters are in.
public struct HostCluster: Sendable {
    /// Its client.
    public var client: KubernetesClient
    /// The namespace.
    public var namespace: String
}

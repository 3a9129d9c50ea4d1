extension Cluster {
    /// The names that kind gives the nodes: the cluster's, the role, and a number from the second of a role on.
    ///
    /// Source: `MakeNodeNamer` in `pkg/cluster/internal/providers/common/namer.go` of kind.
    public var nodeNames: [String] {
        var counts: [NodeRole: Int] = [:]
        return (nodes.isEmpty ? [Node()] : nodes).map { node in
            let number = counts[node.role, default: 0] + 1
            counts[node.role] = number
            return "\(name ?? "kind")-\(node.role.rawValue)\(number == 1 ? "" : String(number))"
        }
    }
}

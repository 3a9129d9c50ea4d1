/// The name of a cluster, and the names made from it.
public enum ClusterName {
    /// What names of objects begin with.
    public static let prefix = "kinkajou-"
    /// The longest name that leaves room for the prefix, and for what kind makes of it for its nodes, in a label of DNS
    /// (63 characters), which names of Services and of nodes are.
    public static let longest = 63 - max(prefix.count, "-control-plane".count)

    /// The longest name of a cluster with these many control planes: more than one have a load balancer, which kind
    /// names after the cluster too.
    public static func longest(controlPlanes: Int) -> Int {
        controlPlanes > 1 ? 63 - "-external-load-balancer".count : longest
    }

    /// Why a text cannot be a cluster's name; nil: it can.
    ///
    /// The name becomes that of a Service, so it has to fit into a label of RFC 1035.
    public static func problem(with name: String, controlPlanes: Int = 1) -> String? {
        if name.isEmpty { return "the name is empty" }
        let longest = longest(controlPlanes: controlPlanes)
        if name.utf8.count > longest {
            let reason = controlPlanes > 1 ? " beside those of \(controlPlanes) control planes" : ""
            return "the name has \(name.utf8.count) characters; \(longest) fit\(reason)"
        }
        let allowed = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        if !allowed { return "\"\(name)\" has characters other than a-z, 0-9 and -" }
        if name.hasPrefix("-") || name.hasSuffix("-") { return "\"\(name)\" begins or ends with a dash" }
        return nil
    }

    /// The name of the Pod, the Service and the container.
    public static func object(_ name: String) -> String { prefix + name }

    /// The name of the context in a kubeconfig: `kind-NAME` for tools that look for kind's.
    public static func context(_ name: String, kindCompatible: Bool) -> String {
        (kindCompatible ? "kind-" : prefix) + name
    }
}

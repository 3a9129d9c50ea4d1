/// A version of `kind`, as far as what it writes depends on it.
public struct KindVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first kind that writes kubeadm's documents of v1beta4, for Kubernetes 1.36 and later.
    static let firstWithV1beta4 = KindVersion(0, 32)

    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int
    /// The third number.
    public var patch: Int

    /// A version from its numbers.
    public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads what `kind version` prints, such as `kind v0.33.0 go1.26.1 linux/amd64`, or the number alone.
    public init?(output: String) {
        // Numbers are written alike; the word "kind" and Go's version are none.
        guard
            let version = output.split(whereSeparator: \.isWhitespace).lazy
                .compactMap({ KubernetesVersion($0) }).first
        else { return nil }
        self.init(version.major, version.minor, version.patch)
    }

    /// By the numbers, in their order.
    public static func < (first: KindVersion, second: KindVersion) -> Bool {
        (first.major, first.minor, first.patch) < (second.major, second.minor, second.patch)
    }

    /// As kind writes it.
    public var description: String { "v\(major).\(minor).\(patch)" }
}

/// A version of the documents that kubeadm is given.
public enum KubeadmAPI: String, Sendable, CaseIterable {
    case v1beta2, v1beta3, v1beta4

    /// As the documents have it.
    public var apiVersion: String { "kubeadm.k8s.io/\(rawValue)" }

    /// Whether `extraArgs` is a list of names and values, and no mapping.
    public var hasArgumentLists: Bool { self == .v1beta4 }

    /// What a kind writes for a version of Kubernetes. A kind that is not known is taken for a new one.
    ///
    /// Source: `pkg/cluster/internal/kubeadm/config.go` of kind.
    public static func written(for version: KubernetesVersion, by kind: KindVersion?) -> KubeadmAPI {
        if version < KubernetesVersion(1, 23) { return .v1beta2 }
        if version < KubernetesVersion(1, 36) { return .v1beta3 }
        if let kind, kind < .firstWithV1beta4 { return .v1beta3 }
        return .v1beta4
    }

    /// Whether kubeadm of a version reads it: v1beta3 is gone in 1.37.
    func isRead(by version: KubernetesVersion) -> Bool {
        self == .v1beta4 || version < KubernetesVersion(1, 37)
    }
}

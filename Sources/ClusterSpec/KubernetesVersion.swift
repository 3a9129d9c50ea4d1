/// A version of Kubernetes, as far as decisions need it.
public struct KubernetesVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first number.
    public var major: Int
    /// The second number.
    public var minor: Int
    /// The third number.
    public var patch: Int

    /// The oldest that kind makes clusters of: kubeadm's first with documents of v1beta2, the oldest that kind writes.
    public static let oldestSupported = KubernetesVersion(1, 15)

    /// The newest whose changes are known here. A later one is made as this one is.
    public static let newestKnown = KubernetesVersion(1, 37)

    /// A version from its numbers.
    public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `v1.31.2`, `1.31`, `v1.32.0-alpha.1+hash`: what a node image has in `/kind/version`.
    public init?(_ text: some StringProtocol) {
        var text = text.drop { $0.isWhitespace }
        if text.first == "v" { text = text.dropFirst() }
        let numbers = text.prefix { $0 == "." || ("0"..."9").contains($0) }
            .split(separator: ".", omittingEmptySubsequences: false)
        let rest = text.drop { $0 == "." || ("0"..."9").contains($0) }
        guard (2...3).contains(numbers.count), rest.first.map({ "-+ \n".contains($0) }) ?? true else {
            return nil
        }
        var values: [Int] = []
        for number in numbers {
            guard let value = Int(number), value < 10_000 else { return nil }
            values.append(value)
        }
        self.init(values[0], values[1], values.count > 2 ? values[2] : 0)
    }

    /// The version in the tag of a node image, such as `kindest/node:v1.31.2@sha256:...`.
    public init?(image: String) {
        let name = image.split(separator: "@", maxSplits: 1).first ?? ""
        guard let last = name.split(separator: "/").last, let colon = last.firstIndex(of: ":") else {
            return nil
        }
        // Tags have no `+`, so builds write `_` or `-` for it.
        self.init(last[last.index(after: colon)...].split(separator: "_", maxSplits: 1).first ?? "")
    }

    /// By the numbers, in their order.
    public static func < (first: KubernetesVersion, second: KubernetesVersion) -> Bool {
        (first.major, first.minor, first.patch) < (second.major, second.minor, second.patch)
    }

    /// As Kubernetes writes it.
    public var description: String { "v\(major).\(minor).\(patch)" }

    /// Whether its kubelet refuses cgroup version 1 unless `failCgroupV1` is false (KEP-5573).
    public var refusesCgroupV1: Bool { self >= KubernetesVersion(1, 35) }

    /// The cgroup driver that kind gives the kubelet of this version.
    public var kindCgroupDriver: CgroupDriver {
        self < KubernetesVersion(1, 24) ? .cgroupfs : .systemd
    }
}

/// Who makes the cgroups of Pods.
public enum CgroupDriver: String, Sendable, CaseIterable {
    /// The kubelet and the runtime themselves.
    case cgroupfs
    /// systemd, asked by the kubelet and the runtime.
    case systemd
}

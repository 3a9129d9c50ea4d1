/// Something that an engine needs of the kernel, and that a user namespace may lack (user_namespaces(7)): it is tried in
/// namespaces that go with the attempt.
public enum UserNamespaceNeed: String, Sendable, Codable, CaseIterable {
    /// A new `/proc` for each nested container. The kernel refuses one where parts of the one that is there are covered by
    /// mounts from outside (fs/namespace.c, mount_too_revealing).
    case proc
    /// A cgroup2 file system mounted anew in a cgroup namespace.
    case cgroups
    /// An overlay file system: Linux 5.11 and newer.
    case overlay

    /// The arguments for unshare(1) that try it.
    public var attempt: [String] {
        let namespace = ["--mount", "--propagation", "private"]
        return switch self {
        case .proc: namespace + ["--pid", "--fork", "--", "mount", "-t", "proc", "proc", "/proc"]
        case .cgroups: namespace + ["--cgroup", "--", "mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]
        case .overlay:
            namespace + ["--", "mount", "-t", "overlay", "-o", "lowerdir=/etc:/usr", "overlay", "/etc"]
        }
    }
}

/// What another user namespace than the machine's own is like: that of a Pod with `hostUsers: false`, or of a container of
/// a dockerd with `--userns-remap`.
public struct UserNamespaceFacts: Sendable, Equatable, Codable {
    /// How many users there are, from root on without a gap.
    public var userCount: Int
    /// Which file of the own cgroup cannot be written to, and why; nil: cgroups can be made there. Its owner has to be a
    /// user of this namespace, which is for the runtime outside to see to.
    public var cgroupFailure: String?
    /// What was tried and does not work, with the reason.
    public var failures: [UserNamespaceNeed: String]

    /// Facts from their parts.
    public init(userCount: Int, cgroupFailure: String? = nil, failures: [UserNamespaceNeed: String] = [:]) {
        self.userCount = userCount
        self.cgroupFailure = cgroupFailure
        self.failures = failures
    }

    /// The users that `/proc/self/uid_map` maps, from 0 on: each line has the first one inside, outside, and how many.
    public static func userCount(inMap text: String) -> Int {
        let ranges = text.split(separator: "\n").compactMap { line -> Range<Int>? in
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 3, numbers[2] >= 0 else { return nil }
            let (end, overflows) = numbers[0].addingReportingOverflow(numbers[2])
            return overflows || numbers[0] < 0 ? nil : numbers[0]..<end
        }
        return ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(0) { count, range in
            range.lowerBound <= count ? max(count, range.upperBound) : count
        }
    }
}

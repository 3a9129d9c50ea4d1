/// One line of `/proc/self/cgroup` (cgroups(7)).
public struct CgroupMembership: Sendable, Equatable, Codable {
    /// The hierarchy's number; 0 is the unified hierarchy (version 2).
    public var hierarchy: Int
    /// Its controllers, or `name=...` for a version 1 hierarchy without any; empty for version 2.
    public var controllers: [String]
    /// The process's cgroup, relative to the root of its cgroup namespace.
    public var path: String

    /// All memberships of a `/proc/PID/cgroup` text.
    public static func parse(_ text: String) -> [CgroupMembership] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let hierarchy = Int(fields[0]) else { return nil }
            return CgroupMembership(
                hierarchy: hierarchy,
                controllers: fields[1].split(separator: ",").map(String.init),
                path: String(fields[2])
            )
        }
    }
}

/// What the files of the process's own version 2 cgroup say.
public struct UnifiedCgroupFacts: Sendable, Equatable, Codable {
    /// The content of `cgroup.type` at the mount's root, which a real root cgroup does not have.
    public var rootType: String?
    /// `cgroup.controllers` of the process's own cgroup.
    public var controllers: [String]
    /// `cgroup.subtree_control` of the process's own cgroup.
    public var subtreeControl: [String]

    /// Facts from the contents of the files.
    public init(rootType: String?, controllers: [String], subtreeControl: [String]) {
        self.rootType = rootType
        self.controllers = controllers
        self.subtreeControl = subtreeControl
    }
}

/// The cgroups of a host as one process sees them.
public struct CgroupFacts: Sendable, Equatable, Codable {
    /// `/proc/self/cgroup`.
    public var membership: [CgroupMembership]
    /// The version 1 controllers that the kernel has enabled (`/proc/cgroups`).
    public var enabledControllers: [String]
    /// The unified hierarchy, where it is the one at `/sys/fs/cgroup`.
    public var unified: UnifiedCgroupFacts?

    /// Facts from their parts.
    public init(
        membership: [CgroupMembership], enabledControllers: [String], unified: UnifiedCgroupFacts?
    ) {
        self.membership = membership
        self.enabledControllers = enabledControllers
        self.unified = unified
    }

    /// The names of enabled controllers in a `/proc/cgroups` text.
    public static func parseControllers(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard fields.count == 4, !line.hasPrefix("#"), fields[3] == "1" else { return nil }
            return String(fields[0])
        }
    }
}

/// How one cgroup hierarchy is mounted, and where in it this process is.
public struct CgroupHierarchy: Sendable, Equatable, Codable {
    /// Its controllers or name, joined as the kernel writes them; empty for version 2.
    public var name: String
    /// Where it is mounted.
    public var mountPoint: String
    /// The cgroup that is the root of the mount.
    public var root: String
    /// The process's own cgroup.
    public var ownPath: String
    /// Whether cgroups can be made through the mount.
    public var isReadOnly: Bool

    /// The own cgroup's path below the mount point, or nil where it does not lie in the mount: with the
    /// host's hierarchy mounted in a namespace of its own, the kernel gives the root as `/../..`.
    public var ownPathInMount: String? {
        if root == "/" { return ownPath == "/" ? "" : ownPath }
        guard ownPath.isWithin(path: root) else { return nil }
        return String(ownPath.dropFirst(root.count))
    }

    /// Whether the mount shows only what lies below the own cgroup while `/proc/self/cgroup` still gives
    /// the path from the host's root: the way of runtimes without a cgroup namespace.
    public var isBoundAtOwnPath: Bool {
        root != "/" && root == ownPath
    }
}

/// Which cgroup versions a process sees, and how they are mounted.
public enum CgroupLayout: Sendable, Equatable {
    /// Version 1; `unified` is the version 2 hierarchy beside it (systemd's hybrid layout).
    case v1(hierarchies: [CgroupHierarchy], unified: CgroupHierarchy?)
    /// Version 2 alone.
    case v2(CgroupHierarchy)
    /// No cgroup file system is mounted.
    case none

    /// Finds the layout from the mounts and `/proc/self/cgroup`.
    public init(mounts: [Mount], membership: [CgroupMembership]) {
        var hierarchies: [CgroupHierarchy] = []
        for entry in membership where entry.hierarchy != 0 && !entry.controllers.isEmpty {
            let wanted = Set(entry.controllers)
            let candidates = mounts.filter { mount in
                mount.fileSystem == "cgroup" && wanted.isSubset(of: mount.superOptions)
                    && mount.mountPoint.isWithin(path: "/sys/fs/cgroup")
            }
            // Re-binds of the same hierarchy lie deeper; the shortest mount point is the hierarchy's own. Of
            // several mounts there the last one hides the others.
            guard
                let point = candidates.map(\.mountPoint).min(by: { $0.utf8.count < $1.utf8.count }),
                let mount = candidates.visible(at: point)
            else { continue }
            hierarchies.append(
                CgroupHierarchy(
                    name: entry.controllers.joined(separator: ","), mountPoint: mount.mountPoint,
                    root: mount.root, ownPath: entry.path, isReadOnly: mount.isReadOnly))
        }
        var unified: CgroupHierarchy?
        if let entry = membership.first(where: { $0.hierarchy == 0 }),
            let mount = mounts.last(where: {
                $0.fileSystem == "cgroup2"
                    && ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].contains($0.mountPoint)
            })
        {
            unified = CgroupHierarchy(
                name: "", mountPoint: mount.mountPoint, root: mount.root, ownPath: entry.path,
                isReadOnly: mount.isReadOnly)
        }
        if let unified, unified.mountPoint == "/sys/fs/cgroup" {
            self = .v2(unified)
        } else if hierarchies.isEmpty {
            self = .none
        } else {
            self = .v1(hierarchies: hierarchies, unified: unified)
        }
    }

    /// Every hierarchy, version 2 last.
    public var hierarchies: [CgroupHierarchy] {
        switch self {
        case .v1(let hierarchies, let unified): hierarchies + (unified.map { [$0] } ?? [])
        case .v2(let hierarchy): [hierarchy]
        case .none: []
        }
    }
}

internal import CLinux
internal import Glibc

/// What the kernel and the sandbox grant to a container that is started from here.
struct Granted: Equatable {
    /// The capabilities that a container can have, one bit each; nil: all that there are.
    var capabilities: UInt64?
    /// The lowest OOM score adjustment that can be set; nil: any.
    var lowestOOMScore: Int?
    /// The highest hard limit that can be set for a resource; nil: any.
    var highestLimit: [Int32: UInt64] = [:]

    /// Whether a sysfs can be mounted read-only alone: in a user namespace the kernel grants no more than the one that is
    /// visible (fs/namespace.c, mount_too_revealing).
    var isSysfsReadOnly = false

    /// Everything is granted.
    static let everything = Granted(capabilities: nil, lowestOOMScore: nil)
}

extension Granted {
    /// The valid adjustments, proc_pid_oom_score_adj(5).
    static let oomScores = -1000...1000

    /// Finds out what is granted of what a spec demands; what it does not demand costs nothing.
    ///
    /// - Parameter entersUserNamespace: Whether the container's processes are in another user
    ///   namespace than this one; asked only where it matters. The kernel fills the bounding set on
    ///   the way into one (kernel/user_namespace.c, set_cred_user_ns), so nothing is missing there,
    ///   and what is missing here does not matter. Limits and OOM scores are another matter: their
    ///   capability is asked of the initial user namespace.
    static func read(for demands: SpecDemands, entersUserNamespace: () -> Bool) -> Granted {
        var granted = Granted.everything
        let boundingSet = clinux_bounding_set()
        if demands.exceeds(boundingSet), !entersUserNamespace() { granted.capabilities = boundingSet }
        if !demands.sysfsOptions.isEmpty {
            granted.isSysfsReadOnly = !clinux_in_initial_user_namespace() && isReadOnly("/sys")
        }
        guard !demands.oomScores.isEmpty || !demands.limits.isEmpty else { return granted }
        let mayExceed =
            Capability.sysResource.isIn(clinux_effective_set()) && clinux_in_initial_user_namespace()
        let scores = demands.oomScores.map(\.value).filter(oomScores.contains)
        if !mayExceed, let lowest = scores.min() {
            granted.lowestOOMScore = OOMScoreProbe.lowest(downTo: lowest)
        }
        for limit in demands.limits {
            granted.highestLimit[limit.resource.number] = highest(limit.resource, mayExceed: mayExceed)
        }
        return granted
    }

    /// Whether a mount, or its file system, is read-only.
    private static func isReadOnly(_ path: String) -> Bool {
        var status = statvfs()
        return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
    }

    /// The highest hard limit for a resource: the present one, unless the process may exceed it; for
    /// open files in any case no more than the sysctl fs.nr_open (kernel/sys.c, do_prlimit).
    private static func highest(_ resource: ResourceLimit, mayExceed: Bool) -> UInt64? {
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        var highest: UInt64?
        if !mayExceed, clinux_resource_limit(resource.number, &soft, &hard) { highest = hard }
        if resource == .openFiles, let most = SystemFile.readInteger("/proc/sys/fs/nr_open") {
            highest = min(highest ?? .max, UInt64(clamping: most))
        }
        return highest
    }
}

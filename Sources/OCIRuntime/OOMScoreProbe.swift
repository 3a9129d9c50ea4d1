internal import Glibc

/// Finds how low this process may set its OOM score adjustment without CAP_SYS_RESOURCE.
///
/// The kernel keeps a lower bound for each process (`oom_score_adj_min`: the value last set by someone
/// with the capability) and shows it nowhere, so that only trying tells.
enum OOMScoreProbe {
    private static let file: StaticString = "/proc/self/oom_score_adj"

    /// The lowest adjustment, `desired` or higher, that can be set; nil if `desired` itself can be
    /// set or the answer cannot be had. The present adjustment is the same afterwards as before.
    static func lowest(downTo desired: Int) -> Int? {
        guard let current = SystemFile.readInteger(file), desired < current else { return nil }
        let lowest = lowest(from: current, downTo: desired) { SystemFile.writeInteger($0, to: file) }
        // Raising the adjustment back needs no privilege.
        _ = SystemFile.writeInteger(current, to: file)
        return lowest
    }

    /// The search itself: `set` tries a value and returns its error. EACCES means too low
    /// (fs/proc/base.c, __set_oom_adj); any other error is nothing that a clamp could cure.
    static func lowest(from current: Int, downTo desired: Int, set: (Int) -> SystemError?) -> Int? {
        guard let error = set(desired), error.number == EACCES else { return nil }
        var refused = desired
        var granted = current
        // The bound is mostly the present value itself: look there first, then halve what is left.
        var next = current - 1
        while granted - refused > 1 {
            if set(next) == nil { granted = next } else { refused = next }
            next = refused + (granted - refused) / 2
        }
        return granted
    }
}

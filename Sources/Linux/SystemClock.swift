internal import CLinux
internal import Glibc

/// The machine's clock.
public enum SystemClock {
    /// What it says, in seconds since 1970 (clock_gettime(2), CLOCK_REALTIME).
    public static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }

    /// Whether something keeps it right; nil where the kernel does not say (adjtimex(2)).
    public static var isSynchronised: Bool? {
        var isSynchronised = false
        return clinux_clock_synchronised(&isSynchronised) == 0 ? isSynchronised : nil
    }
}

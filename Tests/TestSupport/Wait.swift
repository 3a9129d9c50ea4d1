internal import CLinux
internal import Glibc

/// Waiting for a condition that raises no event a test could wait for.
public enum Wait {
    /// Looks at the condition until it holds, at first very often, and throws when it takes too long.
    public static func until(
        _ awaited: @autoclosure () -> String, seconds: Double = 30, _ condition: () throws -> Bool
    ) throws {
        let deadline = clinux_monotonic_ns() + Int64(seconds * 1e9)
        var pause: UInt32 = 100
        while try !condition() {
            guard clinux_monotonic_ns() < deadline else { throw ChildProcess.Timeout(awaited: awaited()) }
            usleep(pause)
            pause = min(2 * pause, 20_000)
        }
    }

    /// Spins for some microseconds: for moments that are shorter than a sleep can be.
    public static func spin(microseconds: Int) {
        let deadline = clinux_monotonic_ns() + Int64(microseconds) * 1000
        while clinux_monotonic_ns() < deadline {}
    }
}

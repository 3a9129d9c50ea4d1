internal import CLinux
internal import Glibc

/// The signals sent to this process, as a stream.
public enum SignalStream {
    /// Blocks all signals, so that they wait until the stream takes them. To be called before the process
    /// has a second thread: threads inherit the mask.
    public static func blockAll() {
        _ = clinux_signal_mask_set(.max, nil)
    }

    /// A stream of the signals that come from now on, and of those that have waited since `blockAll`.
    /// It never ends.
    public static func start() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let started = OwnThread.detach {
                while true {
                    var number: Int32 = 0
                    if clinux_signal_wait(.max, -1, &number) == 0 { continuation.yield(number) }
                }
            }
            if !started { continuation.finish() }
        }
    }
}

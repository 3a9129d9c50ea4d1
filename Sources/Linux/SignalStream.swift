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
    /// It never ends, and there may be one of it in a process.
    public static func start() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            let descriptor = clinux_signal_pipe()
            let started = descriptor >= 0 && OwnThread.detach { forward(from: descriptor, to: continuation) }
            if !started { continuation.finish() }
        }
    }

    private static func forward(from descriptor: Int32, to continuation: AsyncStream<Int32>.Continuation) {
        // From now on somebody takes them: what has waited comes at once.
        _ = clinux_signal_mask_set(0, nil)
        var number: UInt8 = 0
        while true {
            let count = read(descriptor, &number, 1)
            if count == 1 {
                continuation.yield(Int32(number))
            } else if count == 0 || errno != EINTR {
                continuation.finish()
                return
            }
        }
    }
}

/// Work that blocks, such as waiting for a disk, in a thread of its own.
public enum BlockingWork {
    /// Runs the body in a thread of its own and waits for it without blocking others; in this one where no
    /// thread can be made.
    public static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            if !OwnThread.detach({ continuation.resume(returning: body()) }) {
                continuation.resume(returning: body())
            }
        }
    }
}

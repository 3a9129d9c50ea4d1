internal import Synchronization

/// Tells whoever shows something on the terminal that its size has changed (SIGWINCH).
public enum WindowChanges {
    private static let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private static let nextNumber = Atomic<Int>(0)

    /// The changes from now on.
    public static func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextNumber.add(1, ordering: .relaxed).newValue
        listeners.withLock { $0[number] = continuation }
        continuation.onTermination = { _ in listeners.withLock { _ = $0.removeValue(forKey: number) } }
        return stream
    }

    /// The size has changed.
    public static func announce() {
        listeners.withLock { listeners in
            for continuation in listeners.values { continuation.yield() }
        }
    }
}

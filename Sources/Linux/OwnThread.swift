internal import Glibc

/// Runs something in a thread of its own: what changes the thread's namespaces, or blocks for long.
public enum OwnThread {
    private final class Work: @unchecked Sendable {
        // Written before the thread starts and taken by it alone.
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private final class Box<Value>: @unchecked Sendable {
        // Written by the thread, read after it was joined.
        var value: Value?
    }

    /// Runs the body in a new thread and waits for it. nil: there is no thread, as with a limit of processes.
    static func run<Value>(_ body: @escaping () -> Value) -> Value? {
        let box = Box<Value>()
        guard let thread = start({ box.value = body() }) else { return nil }
        pthread_join(thread, nil)
        return box.value
    }

    /// Runs the body, which may block for long, in a new thread, while the task waits. nil: there is no thread.
    public static func value<Value: Sendable>(of body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            if !detach({ continuation.resume(returning: body()) }) { continuation.resume(returning: nil) }
        }
    }

    /// Starts a thread that nobody waits for. The result says whether there is one.
    public static func detach(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = start(body) else { return false }
        pthread_detach(thread)
        return true
    }

    private static func start(_ body: @escaping () -> Void) -> pthread_t? {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        if failure != 0 {
            work.release()
            return nil
        }
        return thread
    }
}

/// Runs `operation` and cancels it when `timeout` has passed.
///
/// Returns only after `operation` has ended, so nothing of it goes on behind the caller's back. It must
/// therefore heed cancellation.
///
/// - Throws: `failure` when the time is up, `CancellationError` when the caller was cancelled, or what
///   `operation` throws.
public func withDeadline<Result: Sendable>(
    _ timeout: Duration, failure: @autoclosure @escaping @Sendable () -> any Error,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    do {
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                try await Task.sleep(for: timeout, clock: .continuous)
                return nil
            }
            defer { group.cancelAll() }
            guard case .some(.some(let result)) = try await group.next() else { throw failure() }
            return result
        }
    } catch {
        // Whatever a cancelled request reports, its caller knows it as cancellation.
        if Task.isCancelled { throw CancellationError() }
        throw error
    }
}

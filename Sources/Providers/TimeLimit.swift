/// Runs something that must end in time.
///
/// - Throws: ``ProviderError`` with exit status 1 when the time is over; what it throws itself otherwise.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration, _ title: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw ProviderError(
                "gave up after \(limit.components.seconds) s waiting for \(title)",
                cure: "see that the host cluster answers, and look at the Pod with `kubectl describe pod`")
        }
        return result
    }
}

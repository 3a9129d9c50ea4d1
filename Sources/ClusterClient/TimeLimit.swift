internal import Values

/// Runs something that must end in time, and that heeds cancellation.
///
/// - Throws: ``KinkajouError`` of the code `timedOut` when the time is over; what it throws itself otherwise.
func withTimeLimit<Result: Sendable>(
    _ limit: Duration, _ title: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withDeadline(
        limit,
        failure: KinkajouError(
            "gave up after \(limit.inSeconds) waiting for \(title)",
            cure: "see that the host cluster answers, and look at the Pod with `kubectl describe pod`",
            code: .timedOut),
        body)
}

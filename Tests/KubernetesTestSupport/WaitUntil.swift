/// A condition that did not come true in time.
public struct WaitTimeout: Error, CustomStringConvertible {
    /// What was waited for.
    public let description: String
}

/// Waits for a condition that raises no event a test could wait for.
public func waitUntil(
    _ awaited: String, seconds: Double = 30, _ condition: @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var pause = Duration.milliseconds(1)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw WaitTimeout(description: "timed out waiting for \(awaited)")
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}

public import Console

/// What a session sets up inside the engine once that is ready, such as a cluster, and takes down before
/// the engine ends.
public protocol Workload: Sendable {
    /// Sets it up. It is cancelled when the session is to end; whatever it had made by then is taken down
    /// with `tearDown`. The result is added to the environment of the user's command.
    func setUp(environment: [String: String], progress: Progress) async throws -> [String: String]

    /// Takes down what there is, by the deadline. The result says what did not go as it should.
    func tearDown(environment: [String: String], deadline: ContinuousClock.Instant) async -> [String]
}

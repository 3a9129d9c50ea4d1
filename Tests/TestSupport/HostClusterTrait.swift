public import Testing

/// Makes a host cluster once around a suite, for its tests to find as ``HostCluster/current``, and takes it away
/// after the last of them, however that ended. Nothing may be left on this machine then.
public struct HostClusterTrait: SuiteTrait, TestScoping {
    /// Once for the suite, not for each test in it.
    public let isRecursive = false

    /// Runs the suite's tests in a host cluster.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let before = HostSnapshot.take()
        let host = try HostCluster.up()
        let result: Result<Void, any Error>
        do {
            try await HostCluster.$current.withValue(host) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try host.down()
        let left = HostSnapshot.left(since: before, after: 60)
        // A cluster that stays goes on living, and its cgroups and rules come and go.
        if host.isOwn { #expect(left == []) }
        try result.get()
    }
}

extension Trait where Self == HostClusterTrait {
    /// A host cluster around the suite. The suite needs `.enabled(if: HostCluster.obstacle == nil)` before it.
    public static var hostCluster: Self { Self() }
}

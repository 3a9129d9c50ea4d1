public import Testing

/// Has a host cluster around a suite, for its tests to find as ``HostCluster/current``: the one that
/// `KINKAJOU_TEST_HOST` names, which stays, or one of its own, which goes after the last test, however that ended.
/// Nothing of the tests may be left then: in the cluster that stays, or on this machine.
public struct HostClusterTrait: SuiteTrait, TestScoping {
    /// Once for the suite, not for each test in it.
    public let isRecursive = false

    /// Runs the suite's tests in a host cluster.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let before = HostSnapshot.take()
        let host = try HostCluster.up()
        let inside = host.isOwn ? nil : try NodeSnapshot(of: host)
        let result: Result<Void, any Error>
        do {
            try await HostCluster.$current.withValue(host) { try await function() }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if let inside { #expect(NodeSnapshot.left(in: host, since: inside) == []) }
        try host.down()
        // A cluster that stays goes on living, and its cgroups and rules come and go.
        if host.isOwn { #expect(HostSnapshot.left(since: before, after: 60) == []) }
        try result.get()
    }
}

extension Trait where Self == HostClusterTrait {
    /// A host cluster around the suite. The suite needs `.needs(.hostCluster)` before it.
    public static var hostCluster: Self { Self() }
}

import HostFacts
import Testing

@Suite struct UserNamespaceFactsTests {
    @Test(
        arguments: [
            ("         0     100000      65536\n", 65536), ("0 1000 1\n1 100000 65536\n", 65537),
            // In another order, overlapping, with a gap.
            ("10 200 10\n0 100 10\n15 300 10\n30 400 5\n", 25), ("1 100 10\n", 0), ("", 0), ("0 x 10\n", 0),
            ("0 0 4294967295\n", 4_294_967_295), ("5 0 9223372036854775807\n", 0),
        ])
    func usersAreCountedFromRootOn(map: String, count: Int) {
        #expect(UserNamespaceFacts.userCount(inMap: map) == count)
    }

    /// All of it happens in namespaces that go with the attempt.
    @Test(arguments: UserNamespaceNeed.allCases)
    func anAttemptLeavesNothing(need: UserNamespaceNeed) {
        #expect(need.attempt.starts(with: ["--mount", "--propagation", "private"]))
    }
}

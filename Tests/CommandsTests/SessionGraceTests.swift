import Commands
import Testing

/// PID 1 gives its supervisor the session's own grace, and nobody else's.
struct SessionGraceTests {
    @Test(
        arguments: [
            (["dind"], .seconds(25)), (["dind", "--grace", "7s"], .seconds(7)),
            (["dind", "--grace=1m", "--", "make"], .seconds(60)),
            (["dind", "--mtu", "1400", "make", "--grace", "3s"], .seconds(25)),
            (["dind", "--grace", "7s", "make", "--grace", "3s"], .seconds(7)),
            (["dind", "--", "sh", "--grace", "3s"], .seconds(25)),
            (["cluster", "--grace", "9s", "--", "true"], .seconds(9)),
            (["cluster", "kubectl", "delete", "pod", "x", "--grace=0s"], .seconds(25)),
            (["dind", "--grace", "soon"], nil), (["dind", "--no-such-option"], nil), ([], nil),
        ] as [([String], Duration?)])
    func ofTheSessionAlone(arguments: [String], grace: Duration?) {
        #expect(SessionGrace.of(arguments) == grace)
    }
}

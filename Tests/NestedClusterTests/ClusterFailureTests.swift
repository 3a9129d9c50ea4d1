import Testing
import Values

@testable import NestedCluster

@Suite struct ClusterFailureTests {
    @Test func aKnownFailureHasItsCauseCureAndCheck() {
        let error = KinkajouError.cluster(
            "kind could not create the cluster",
            evidence: ["x", "kubelet: inotify_init: too many open files"])
        #expect(
            error.summary.hasPrefix(
                "kind could not create the cluster: no inotify instances or watches are left"))
        #expect(error.cure.contains("sysctl"))
        #expect(error.see == "kinkajou doctor --check inotify")
    }

    @Test func whatIsNotKnownStaysAsItIs() {
        let error = KinkajouError.cluster("kind could not create the cluster", evidence: ["odd"])
        #expect(error.summary == "kind could not create the cluster")
        #expect(error.cure.contains("--export-logs"))
        #expect(error.see == nil)
    }
}

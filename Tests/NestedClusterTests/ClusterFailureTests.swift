import HostFacts
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

    @Test func inotifyInstancesAreCounted() {
        let lines = ["a-control-plane: Failed to create control group inotify object: Too many open files"]
        let error = KinkajouError.cluster(
            "kind could not create the cluster", evidence: FailureEvidence(lines),
            inotify: InotifyFacts(limit: 128, visible: 3, free: 2, tried: 128))
        #expect(
            error.summary.contains("126 of 128 inotify instances are in use, 2 are left"), "\(error.summary)")
        #expect(error.summary.contains("one more cluster needs some "), "\(error.summary)")
        // Nobody counts for another failure.
        let other = KinkajouError.cluster(
            "kind failed", evidence: ["write x: no space left on device"],
            inotify: InotifyFacts(limit: 128, visible: 3, free: 2, tried: 128))
        #expect(!other.summary.contains("inotify instances"))
    }

    @Test func aStaticPodThatCrashesIsNamedWithItsLastWords() {
        let evidence = NodeEvidence(
            kubelet: [], containerd: [],
            crashes: [.init(container: "kube-apiserver", lines: ["\"command failed\" err=\"odd\""])]
        ).failure(of: "a-control-plane")
        let error = KinkajouError.cluster("kind could not create the cluster", evidence: evidence)
        #expect(error.summary.contains("kube-apiserver ends again and again"), "\(error.summary)")
        #expect(
            error.evidence == ["a-control-plane: kube-apiserver crashes: \"command failed\" err=\"odd\""])
        // A cause that is known comes before.
        let known = KinkajouError.cluster(
            "kind could not create the cluster", evidence: evidence + ["no space left on device"])
        #expect(known.summary.contains("the disk"), "\(known.summary)")
        // The words alone decide nothing.
        let words = KinkajouError.cluster(
            "kind could not create the cluster", evidence: ["kube-apiserver crashes: odd"])
        #expect(words.summary == "kind could not create the cluster")
    }

    @Test func whatIsNotKnownStaysAsItIs() {
        let error = KinkajouError.cluster("kind could not create the cluster", evidence: ["odd"])
        #expect(error.summary == "kind could not create the cluster")
        #expect(error.cure.contains("--export-logs"))
        #expect(error.see == nil)
    }
}

internal import Doctor
internal import EngineHost
internal import EnginePlan
internal import HostFacts
internal import HostReader
internal import Values

extension KinkajouError {
    /// A cluster that failed. Its cause and cure are looked up in the catalogue of known failures, by the summary first and
    /// then by the evidence, line by line. Where inotify instances ran out they are counted.
    static func cluster(
        _ summary: String, evidence: FailureEvidence,
        cure: String = "the lines above say more; --export-logs keeps all",
        code: ErrorCode = .clusterFailed,
        inotify: @autoclosure () -> InotifyFacts? = FactsReader().inotify()
    ) -> KinkajouError {
        let known =
            KnownFailure.of(
                [summary] + evidence.lines, from: [.kind, .kubeadm, .kubelet, .containerd])
            ?? evidence.crashing.first.map { .ofStaticPod($0) }
        var message = known?.cause.map { "\(summary): \($0)" } ?? summary
        if known?.check == "inotify", let count = inotify() {
            message += " (\(count.summary); one more cluster needs some \(InotifyLimit.instancesOfCluster))"
        }
        return KinkajouError(
            message, cure: known?.cure ?? cure,
            evidence: evidence.lines,
            code: code, see: known?.command)
    }
}

internal import Doctor
internal import EngineHost
internal import Values

extension KinkajouError {
    /// A cluster that failed. Its cause and cure are looked up in the catalogue of known failures, by the summary first and
    /// then by the evidence, line by line.
    static func cluster(
        _ summary: String, evidence: [String],
        cure: String = "the lines above say more; --export-logs keeps all",
        code: ErrorCode = .clusterFailed
    ) -> KinkajouError {
        let known = KnownFailure.of([summary] + evidence, from: [.kind, .kubeadm, .kubelet, .containerd])
        return KinkajouError(
            known?.cause.map { "\(summary): \($0)" } ?? summary, cure: known?.cure ?? cure,
            evidence: evidence,
            code: code, see: known?.command)
    }
}

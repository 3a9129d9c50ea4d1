internal import Console
internal import Values

extension Progress {
    /// Says why a cluster failed, and keeps everything as it is until the session is stopped.
    func hold(after error: any Error, kubeconfig: String) async {
        end(KinkajouError(describing: error, code: .stepFailed))
        notice("kinkajou: kept for inspection (--retain): KUBECONFIG=\(kubeconfig); stop it with SIGTERM")
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
}

internal import Linux
internal import Values

/// Phases of `kubeadm init`.
struct Kubeadm {
    /// The file with the documents.
    let configuration: String
    let environment: [String: String]
    let deadline: ContinuousClock.Instant

    /// Runs phases that do not depend on each other, all at once.
    func run(_ phases: [[String]]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for phase in phases { group.addTask { try await run(phase) } }
            try await group.waitForAll()
        }
    }

    private func run(_ phase: [String]) async throws {
        let words = ["init", "phase"] + phase
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "kubeadm", arguments: words + ["--config", configuration],
                environment: environment),
            timeout: max(.seconds(1), ContinuousClock.now.duration(to: deadline)))
        guard !result.isSuccess else { return }
        throw KinkajouError.cluster(
            "kubeadm \(words.joined(separator: " ")) failed (\(result.status)): \(result.reason)",
            evidence: FailureEvidence(
                (result.output + result.errors).split(separator: "\n").suffix(12).map(String.init)))
    }
}

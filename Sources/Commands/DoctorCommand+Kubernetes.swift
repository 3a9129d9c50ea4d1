internal import ArgumentParser
internal import ClusterSpec
internal import Diagnosis
internal import Doctor
internal import Linux

/// How a host cluster is found, as with kubectl.
struct HostClusterOptions: ParsableArguments, Sendable {
    @Option(help: "The kubeconfig file (KUBECONFIG; default: ~/.kube/config).")
    var kubeconfig: String?

    @Option(help: "The context of the kubeconfig (default: the current one).")
    var context: String?

    @Option(name: .shortAndLong, help: "The namespace (default: that of the context).")
    var namespace: String?

    @Option(help: "With --probe: on how many nodes at most (default: on all).")
    var nodes: Int?
}

extension DoctorCommand {
    /// Examines a host cluster, and with `--probe` its nodes.
    func examineHostCluster() async throws -> Report {
        let pod = ExaminingPod(
            image: image, pullPolicy: Defaults.pullPolicy(of: image), purpose: purpose,
            needs: Self.needs(of: purpose))
        let reader: HostClusterReader
        do {
            reader = try HostClusterReader(
                kubeconfig: cluster.kubeconfig, context: cluster.context, namespace: cluster.namespace,
                environment: Environment.all())
        } catch {
            return Report(
                kubernetes: HostClusterFacts(
                    context: cluster.context ?? cluster.kubeconfig ?? "kubeconfig",
                    namespace: cluster.namespace ?? "default", purpose: purpose, failure: "\(error)",
                    needs: pod.needs), checks: checks)
        }
        do {
            let report = try await examine(reader, pod: pod)
            await reader.shutdown()
            return report
        } catch {
            await reader.shutdown()
            throw error
        }
    }

    private func examine(_ reader: HostClusterReader, pod: ExaminingPod) async throws -> Report {
        var facts = await reader.read(pod: pod, purpose: purpose)
        try Task.checkCancellation()
        var findings: [ReportEntry] = []
        if probe, facts.failure == nil {
            let names = facts.nodes.filter(\.isReady).map(\.name)
            let outcome = try await reader.prober().run(
                on: Array(names.prefix(cluster.nodes ?? names.count)), pod: pod)
            findings = outcome.findings
            facts.probe = Self.state(of: outcome, nodes: names)
            for index in facts.nodes.indices {
                facts.nodes[index].cgroupVersion = outcome.cgroupVersions[facts.nodes[index].name]
            }
        }
        let ids = Set(checks.map(\.id))
        return Report(kubernetes: facts, checks: checks).adding(findings.filter { ids.contains($0.id) })
    }

    private static func state(of outcome: HostClusterProbe.Outcome, nodes: [String]) -> ProbeState {
        guard !nodes.isEmpty else { return .failed("no node to run a Pod on, or none that may be seen") }
        guard !outcome.failures.isEmpty else { return .done }
        return .failed(
            outcome.failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(
                separator: "; "))
    }

    /// What the Pod of `kinkajou manifest` asks for.
    static func needs(of purpose: Purpose) -> HostClusterFacts.Needs {
        let isCluster = purpose.hasKubernetes
        let storage = Defaults.storage(isCluster: isCluster)
        #if arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "amd64"
        #endif
        return HostClusterFacts.Needs(
            requests: [
                "cpu": Defaults.cpuRequest,
                "memory": Defaults.memoryRequest(isCluster: isCluster),
                // Where only a limit is given, it is the request too.
                "ephemeral-storage": storage,
            ],
            limits: [
                "cpu": Defaults.cpu, "memory": Defaults.memory(isCluster: isCluster),
                "ephemeral-storage": storage,
            ], architecture: architecture)
    }
}

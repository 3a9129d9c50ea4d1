internal import ClusterSpec
internal import Console
internal import DockerEngine
internal import EngineHost
internal import EnginePlan
internal import Linux
internal import Values

/// Waits for a cluster, level by level, and says what is missing when the time is over.
struct ReadinessLadder {
    let kubectl: Kubectl
    let progress: Progress
    let deadline: ContinuousClock.Instant
    let limit: Duration

    private enum Look {
        case ready
        case waiting(String)
    }

    /// The Pod whose network DNS is asked from.
    private static let listener = "kinkajou-dns-check"
    /// The Pod that runs to its end.
    private static let runner = "kinkajou-first-pod"

    /// Waits up to and including a level.
    func climb(to last: ReadinessLevel) async throws {
        if last >= .dns { try await probeDNSOften() }
        do {
            for level in ReadinessLevel.allCases where level > .none && level <= last {
                try await wait(for: level)
            }
            await removePods(last)
        } catch {
            if !Task.isCancelled { await removePods(last) }
            throw error
        }
    }

    /// Has the kubelet look every second whether CoreDNS is ready, and not every ten: the first look, which comes before
    /// the server listens, would cost as long. This is the moment for it: the node is not Ready yet, so that none of
    /// its Pods has been started.
    private func probeDNSOften() async throws {
        let patch = """
            {"spec": {"template": {"spec": {"containers": [{"name": "coredns", "readinessProbe": {"periodSeconds": 1}}]}}}}
            """
        // A node image may have another DNS server; waiting for it is all that can be done then.
        _ = try await kubectl.run(["patch", "deployment", "coredns", "-n", "kube-system", "--patch", patch])
    }

    private func wait(for level: ReadinessLevel) async throws {
        progress.begin("Waiting for \(level.title) ⏳", as: level.phase, waitingFor: level.rawValue)
        var pause = Duration.milliseconds(100)
        while true {
            let reason: String
            switch try await look(at: level) {
            case .ready:
                progress.done()
                return
            case .waiting(let why): reason = why
            }
            progress.update(reason)
            guard ContinuousClock.now < deadline else {
                progress.fail()
                let evidence = try await self.evidence(level)
                throw KinkajouError.cluster(
                    "level \(level.rawValue) was not reached within \(limit.components.seconds) s: \(reason)",
                    evidence: evidence,
                    cure: "give the container more CPU, or more time with --wait", code: .timedOut)
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func look(at level: ReadinessLevel) async throws -> Look {
        switch level {
        case .none: .ready
        case .api: try await lookAtServer()
        case .node: try await lookAtNodes()
        case .dns: try await lookAtDNS()
        case .serviceAccount: try await lookAtServiceAccount()
        case .pod: try await lookAtPod()
        }
    }

    private func lookAtServer() async throws -> Look {
        let result = try await kubectl.run(["get", "--raw", "/readyz"])
        return result.isSuccess ? .ready : .waiting(result.reason)
    }

    private func lookAtNodes() async throws -> Look {
        switch try await kubectl.get(KubernetesList<NodeObject>.self, ["nodes"]) {
        case .failure(let reason): return .waiting(reason)
        case .success(let nodes):
            if nodes.items.isEmpty { return .waiting("no node has come forward") }
            let waiting = nodes.items.filter { $0.readiness?.status != "True" }
            guard !waiting.isEmpty else { return .ready }
            return .waiting(
                waiting.map { node in
                    let why = [node.readiness?.reason, node.readiness?.message].compactMap { $0 }
                    return "\(node.metadata.name) is not Ready (\(why.joined(separator: ": ")))"
                }.joined(separator: "; "))
        }
    }

    private func lookAtDNS() async throws -> Look {
        let pod: PodObject
        switch try await self.pod(Self.listener, namespace: "kube-system", arguments: []) {
        case .failure(let reason): return .waiting(reason)
        case .success(let object): pod = object
        }
        guard pod.phase == "Running", let uid = pod.metadata.uid else {
            return .waiting("the Pod to ask from: \(pod.trouble)")
        }
        guard let pid = PodLookup.process(ofPod: uid) else {
            return .waiting("no process of the Pod \(uid) is seen")
        }
        guard let resolver = PodLookup.resolver(of: pid) else {
            return .waiting("the Pod has no resolv.conf of the cluster's")
        }
        let name = "kubernetes.default.\(resolver.domain)"
        switch await PodLookup.lookUp(name, server: resolver.server, inPodOf: pid) {
        case .answered: return .ready
        case .failed(let why): return .waiting(why)
        }
    }

    private func lookAtServiceAccount() async throws -> Look {
        switch try await kubectl.get(
            ServiceAccountObject.self, ["serviceaccount", "default", "-n", "default"])
        {
        case .failure(let reason): return .waiting(reason)
        case .success: return .ready
        }
    }

    private func lookAtPod() async throws -> Look {
        switch try await pod(Self.runner, namespace: "default", arguments: ["-v"]) {
        case .failure(let reason): return .waiting(reason)
        case .success(let pod):
            switch pod.phase {
            case "Succeeded": return .ready
            case "Failed": return .waiting("the Pod failed: \(pod.trouble)")
            default: return .waiting(pod.trouble)
            }
        }
    }

    // MARK: - Pods of ours

    /// A Pod of ours, made if it is not there yet. Its image is `pause`, which every node has, as every Pod
    /// begins with it: without arguments it waits, with `-v` it says its version and ends (since 3.1).
    private func pod(
        _ name: String, namespace: String, arguments: [String]
    ) async throws -> Kubectl.Answer<PodObject> {
        let found = try await kubectl.get(PodObject.self, ["pod", name, "-n", namespace])
        if case .success = found { return found }
        let nodes = try await kubectl.get(KubernetesList<NodeObject>.self, ["nodes"])
        guard case .success(let list) = nodes else { return .failure("the nodes cannot be listed") }
        let images = list.items.flatMap { $0.status?.images ?? [] }.flatMap { $0.names ?? [] }
        // A tag says more to a reader than a digest, and both are in the list.
        let pauses = images.filter { $0.contains("/pause") }
        guard let image = pauses.first(where: { !$0.contains("@") }) ?? pauses.first else {
            return .failure("no node reports its pause image yet")
        }
        let words = arguments.map { "\"\($0)\"" }.joined(separator: ", ")
        let isSystem = namespace == "kube-system"
        let manifest = """
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": "\(name)", "namespace": "\(namespace)",
                          "labels": {"app.kubernetes.io/managed-by": "kinkajou"}},
             "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                      \(isSystem ? "\"automountServiceAccountToken\": false," : "")
                      "tolerations": [{"operator": "Exists"}],
                      "containers": [{"name": "pause", "image": "\(image)", "imagePullPolicy": "IfNotPresent",
                                      "command": ["/pause"], "args": [\(words)]}]}}
            """
        let result = try await kubectl.run(["create", "-f", "-"], input: manifest)
        return .failure(result.isSuccess ? "the Pod has just been made" : result.reason)
    }

    private func removePods(_ last: ReadinessLevel) async {
        if last >= .dns {
            // Nobody needs to see it go: the kubelet ends it after its object is gone.
            _ = try? await kubectl.run([
                "delete", "pod", Self.listener, "-n", "kube-system", "--ignore-not-found", "--wait=false",
                "--grace-period=0", "--force",
            ])
        }
        guard last >= .pod else { return }
        // What the user lists next should be theirs alone.
        _ = try? await kubectl.run(
            ["delete", "pod", Self.runner, "-n", "default", "--ignore-not-found", "--timeout=10s"],
            timeout: .seconds(10))
    }

    // MARK: - Why not

    /// What a person would look at: nodes, Pods that are not fine, warnings, and the log of the first such Pod.
    private func evidence(_ level: ReadinessLevel) async throws -> [String] {
        var lines: [String] = []
        let nodes = try await kubectl.run(["get", "nodes", "-o", "wide"], timeout: .seconds(5))
        guard nodes.isSuccess else { return ["the API server does not answer: \(nodes.reason)"] }
        lines += nodes.output.split(separator: "\n").map(String.init)
        var logged = false
        if case .success(let pods) = try await kubectl.get(KubernetesList<PodObject>.self, ["pods", "-A"]) {
            for pod in pods.items where !pod.isFine {
                let namespace = pod.metadata.namespace ?? "default"
                lines.append("Pod \(namespace)/\(pod.metadata.name): \(pod.trouble)")
                let events = try await kubectl.run(
                    [
                        "get", "events", "-n", namespace, "--field-selector",
                        "involvedObject.name=\(pod.metadata.name)", "-o",
                        "custom-columns=R:.reason,M:.message", "--no-headers",
                    ], timeout: .seconds(5))
                lines += events.output.split(separator: "\n").suffix(3).map { "  event: \($0)" }
                if !logged {
                    let log = try await kubectl.run(
                        ["logs", "-n", namespace, pod.metadata.name, "--tail=5"], timeout: .seconds(5))
                    lines += log.output.split(separator: "\n").map { "  log: \($0)" }
                    logged = log.isSuccess
                }
            }
        }
        return Array(lines.prefix(30))
    }
}

extension ReadinessLevel {
    /// The phase in which it is waited for.
    var phase: PhaseCode {
        switch self {
        case .none: .step
        case .api: .api
        case .node: .node
        case .dns: .dns
        case .serviceAccount: .serviceAccount
        case .pod: .pod
        }
    }

    /// What is waited for, in words.
    var title: String {
        switch self {
        case .none: "nothing"
        case .api: "the API server"
        case .node: "the nodes"
        case .dns: "the cluster's DNS"
        case .serviceAccount: "the default service account"
        case .pod: "a first Pod"
        }
    }
}

public import ClusterSpec
public import Console
internal import DockerEngine
public import EngineHost
internal import EnginePlan
internal import FoundationEssentials
internal import Glibc
internal import HostFacts
internal import HostReader
internal import KubernetesAPI
internal import Linux
internal import NIOCore
internal import Synchronization
internal import Values

/// A cluster that the real `kind` makes in the session's engine.
public final class KindCluster: Workload {
    private static let nodeLabel = "io.x-k8s.kind.cluster"

    private struct State {
        var name: String?
        var making: ClusterMaking?
        var api: KubernetesClient?
    }

    private let spec: ClusterSpec
    /// The kubeconfig that is written.
    private let kubeconfig: String
    private let status: StatusBoard
    private let state = Mutex(State())

    /// A cluster that is not there yet.
    public init(_ spec: ClusterSpec, status: StatusBoard) {
        self.spec = spec
        kubeconfig = ClusterMaking.kubeconfig(of: spec)
        self.status = status
    }

    // MARK: - Up

    /// Makes the cluster and waits until it is as ready as was asked for.
    public func setUp(environment: [String: String], progress: Progress) async throws -> [String: String] {
        let making = ClusterMaking(spec: spec, status: status, progress: progress)
        state.withLock { $0.making = making }
        var environment = environment
        environment["KUBECONFIG"] = kubeconfig
        // Podman's or nerdctl's client on PATH must not be taken for an engine.
        environment["KIND_EXPERIMENTAL_PROVIDER"] = "docker"
        return try await making.run { try await make(environment: environment, progress: progress) }
    }

    private func make(environment: [String: String], progress: Progress) async throws {
        for program in ["kind", "kubectl", "docker"]
        where Programs.find(program, path: environment["PATH"]) == nil {
            throw KinkajouError(
                "\(program) is not installed", cure: "use the image kinkajou/pod, or install \(program)",
                code: .programMissing)
        }
        let before = FactsReader().memory()
        if let error = ClusterPreconditions.memoryError(before) { throw error }
        let client = DockerEngineClient()
        do {
            try await make(environment: environment, progress: progress, client: client)
            await client.shutdown()
        } catch let error as KinkajouError {
            await client.shutdown()
            throw ClusterPreconditions.error(error, before: before, after: FactsReader().memory())
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private func make(
        environment: [String: String], progress: Progress, client: DockerEngineClient
    ) async throws {
        let facts = await FactsReader().read(dataRoot: spec.engine.dataRoot.value)
        var parts = ClusterFacts(host: facts)
        parts.kind = try await kindVersion(environment: environment)
        // What is wrong with it is wrong with any image.
        let draft = try spec.plan(facts: facts, image: spec.nodeImage ?? Defaults.nodeImage, parts: parts)
        try ClusterPreconditions.checkListener(draft.cluster)
        let images = NodeImage(client: client, progress: progress)
        let brought = try await images.ensure(
            spec.wantedImages, archive: spec.imageArchive, environment: environment)
        parts.imageNames = brought.names
        for image in spec.nodeImages(default: brought.image).map({ brought.names[$0] ?? $0 }) {
            parts.images[image] = try await images.facts(of: image, environment: environment)
        }
        let plan = try spec.plan(facts: facts, image: brought.image, parts: parts)
        try await images.check(plan, environment: environment)
        for warning in plan.warnings { progress.warn("\(warning)") }
        for notice in plan.notices { progress.notice("note: \(notice)") }
        let name = plan.cluster.name ?? "kind"
        let file = try write(plan)
        state.withLock { $0.name = name }
        let watch = NodeWatch(
            client: client, label: "\(Self.nodeLabel)=\(name)", engineLog: spec.engineLog)
        let deadline = ContinuousClock.now + spec.wait
        try await watch.during {
            try await self.runKind(
                file: file, name: name, environment: environment, progress: progress, client: client,
                deadline: deadline)
            try self.name(server: plan.serverURL, of: name)
            let api = try self.connect(to: name)
            guard self.spec.waitFor > .none else { return }
            try await ReadinessLadder(
                client: api, progress: progress, deadline: deadline,
                limit: self.spec.wait, plannedNodes: plan.cluster.nodeNames,
                inspector: NodeInspector(client: client, environment: environment)
            ).climb(to: self.spec.waitFor)
        }
    }

    /// What the kind at hand is; what it writes depends on it.
    private func kindVersion(environment: [String: String]) async throws -> KindVersion? {
        let result = try await CapturedProgram.run(
            ChildRequest(executable: "kind", arguments: ["version"], environment: environment),
            timeout: .seconds(10))
        return KindVersion(output: result.output)
    }

    /// Writes the configuration and what belongs to it; the result is its path.
    private func write(_ plan: ClusterPlan) throws -> String {
        do {
            let path = ClusterDirectory.path + "/kind.yaml"
            try Files.makeDirectories(ClusterDirectory.path, mode: 0o700)
            // Patches can hold passwords of registries.
            try Files.replace(path, with: plan.cluster.yaml(), mode: 0o600)
            try ClusterDirectory.write(plan.files)
            try ClusterDirectory.makeParent(of: kubeconfig, mode: 0o700)
            return path
        } catch {
            throw KinkajouError(
                "\(error)", cure: "make /run and the kubeconfig's directory writable, with some space free",
                code: .stepFailed)
        }
    }

    private func runKind(
        file: String, name: String, environment: [String: String], progress: Progress,
        client: DockerEngineClient, deadline: ContinuousClock.Instant
    ) async throws {
        let phases = KindPhases(progress: progress)
        let request = ChildRequest(
            executable: "kind",
            arguments: [
                "create", "cluster", "--config", file, "--name", name, "--kubeconfig", kubeconfig,
                // The nodes stay when it fails: their logs are the evidence, and the teardown removes them.
                "--retain",
            ], environment: environment)
        do {
            let result = try await CapturedProgram.run(
                request, timeout: ContinuousClock.now.duration(to: deadline), onErrorLine: phases.take)
            guard !result.isSuccess else {
                progress.done()
                return
            }
            progress.fail()
            let failure = KindFailure(messages: phases.messages)
            throw KinkajouError.cluster(
                "kind could not create the cluster (\(result.status))"
                    + (failure.summary.isEmpty ? "" : ": \(failure.summary)"),
                evidence: FailureEvidence(failure.details)
                    + (await nodeLogs(name, environment: environment, client: client)))
        } catch is CapturedProgram.TimedOut {
            let phase = progress.current ?? "kind create cluster"
            progress.fail()
            throw KinkajouError.cluster(
                "the cluster was not there within \(spec.wait.components.seconds) s: kind was at \"\(phase)\"",
                evidence: await nodeLogs(name, environment: environment, client: client),
                cure: "give the container more CPU, or more time with --wait", code: .timedOut)
        } catch let error as SpawnError {
            throw KinkajouError(
                "kind cannot be run: \(error)", cure: "use the image kinkajou/pod", code: .programMissing)
        }
    }

    /// Writes where the API server is reached from outside into the kubeconfig, so that it can be used there too.
    private func name(server: String?, of name: String) throws {
        guard let server else { return }
        do {
            try KubeconfigFile(path: kubeconfig).update { file in
                var entry = file.cluster("kind-\(name)") ?? [:]
                entry["server"] = .string(server)
                file.setCluster("kind-\(name)", entry)
            }
        } catch {
            throw KinkajouError(
                "the API server's address cannot be written to \(kubeconfig)",
                cure: "make the kubeconfig's directory writable, or name another with --kubeconfig",
                code: .clusterFailed, cause: error)
        }
    }

    /// A client of the cluster, which the status endpoint uses from now on, too.
    private func connect(to name: String) throws -> KubernetesClient {
        // No variable of the container's: what is meant for the world outside does not lead to this API server.
        let client = try KubernetesClient(
            try ClientConfiguration.resolve(
                kubeconfig: kubeconfig, context: "kind-\(name)", environment: [:]), userAgent: "kinkajou")
        state.withLock { $0.api = client }
        status.follow(client)
        return client
    }

    /// What the nodes that are there say of their trouble.
    private func nodeLogs(
        _ name: String, environment: [String: String], client: DockerEngineClient
    ) async -> FailureEvidence {
        let filters = EngineFilters.labels(["\(Self.nodeLabel)=\(name)"])
        guard let nodes = try? await client.containers(all: true, filters: filters, timeout: .seconds(3))
        else { return [] }
        return await NodeInspector(client: client, environment: environment)
            .evidence(of: nodes.map { $0.names.first ?? $0.id }.sorted())
    }

    // MARK: - Down

    /// Takes the logs, if asked for, and deletes the cluster.
    public func tearDown(
        environment: [String: String], deadline: ContinuousClock.Instant
    ) async -> [String] {
        status.isStopping()
        let (name, making, api) = state.withLock { ($0.name, $0.making, $0.api) }
        let progress = making?.progress
        await api?.shutdown()
        guard let name else {
            _ = ClusterDirectory.remove()
            return []
        }
        var complaints: [String] = []
        var environment = environment
        environment["KUBECONFIG"] = kubeconfig
        environment["KIND_EXPERIMENTAL_PROVIDER"] = "docker"
        complaints +=
            await making?.exportLogs(before: deadline) { [environment] directory, limit in
                try await gatherLogs(of: name, into: directory, environment: environment, within: limit)
            } ?? []
        progress?.begin("Deleting the cluster \"\(name)\" 🗑", as: .deletion)
        do {
            let remaining = max(.seconds(1), ContinuousClock.now.duration(to: deadline))
            let result = try await CapturedProgram.run(
                ChildRequest(
                    executable: "kind",
                    arguments: ["delete", "cluster", "--name", name, "--kubeconfig", kubeconfig],
                    environment: environment), timeout: remaining)
            // Where dockerd has died, its containers are the session's to sweep.
            if !result.isSuccess, await Self.engineAnswers() {
                complaints.append("kind delete cluster: \(result.reason)")
            }
        } catch {
            complaints.append("kind delete cluster: \(error)")
        }
        progress?.done()
        making?.writeTrace()
        return complaints + ClusterDirectory.remove()
    }

    private static func engineAnswers() async -> Bool {
        let answer = try? await DockerEngineClient.withClient { try await $0.ping(timeout: .seconds(2)) }
        return answer != nil
    }

    private func gatherLogs(
        of name: String, into directory: String, environment: [String: String], within limit: Duration
    ) async throws -> [String] {
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "kind", arguments: ["export", "logs", directory, "--name", name],
                environment: environment), timeout: limit)
        var complaints = result.isSuccess ? [] : ["kind export logs: \(result.reason)"]
        for (source, target) in [
            (spec.engineLog, "dockerd.log"), (ClusterDirectory.path + "/kind.yaml", "kind-config.yaml"),
        ] {
            do {
                try Files.replace(directory + "/" + target, with: try Files.read(source), mode: 0o640)
            } catch {
                complaints.append("\(error)")
            }
        }
        return complaints
    }
}

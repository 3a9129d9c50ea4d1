internal import ClusterSpec
internal import Console
internal import EngineHost
internal import KubernetesAPI
internal import Synchronization
internal import Values

/// Waits for a cluster, level by level, and says what is missing when the time is over. What the API server can tell
/// by itself is watched; what it cannot is asked again and again.
struct ReadinessLadder: Sendable {
    let client: KubernetesClient
    let progress: Progress
    let deadline: ContinuousClock.Instant
    let limit: Duration
    /// The names of the nodes that there are to be.
    let plannedNodes: [String]
    /// Asks nodes that are missing, or not Ready, why.
    let inspector: NodeInspector?

    /// The first and the longest pause between two questions.
    private static let pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(1))
    /// How long tidying up may take.
    private static let tidyLimit = Duration.seconds(10)

    /// What is missing, as the last look said.
    private final class Reason: Sendable {
        private let text = Mutex("nothing has answered")
        private let progress: Progress
        init(_ progress: Progress) { self.progress = progress }
        var last: String { text.withLock { $0 } }
        func say(_ reason: String) {
            text.withLock { $0 = reason }
            progress.update(reason)
        }
    }

    /// Waits up to and including a level.
    func climb(to last: ReadinessLevel) async throws {
        var period: Int64?
        if last >= .dns { period = try await DNSProbe(client: client).shorten() }
        do {
            for level in ReadinessLevel.allCases where level > .none && level <= last {
                try await wait(for: level)
            }
        } catch {
            // A cluster that is stopped is deleted.
            if !Task.isCancelled { await tidy(last, period: period) }
            throw error
        }
        await tidy(last, period: period)
    }

    /// Waits for one level.
    func wait(for level: ReadinessLevel) async throws {
        progress.begin("Waiting for \(level.title) ⏳", as: level.phase, waitingFor: level.rawValue)
        let reason = Reason(progress)
        struct Late: Error {}
        do {
            try await withDeadline(ContinuousClock.now.duration(to: deadline), failure: Late()) {
                try await patiently(reason) { try await reach(level, reason) }
            }
            progress.done()
        } catch is Late {
            progress.fail()
            throw KinkajouError.cluster(
                "level \(level.rawValue) was not reached within \(limit.components.seconds) s: \(reason.last)",
                evidence: await FailureEvidence(ClusterEvidence(client: client).lines())
                    + suspects(at: level),
                cure: "give the container more CPU, or more time with --wait", code: .timedOut)
        }
    }

    /// Tries again what the API server refuses or breaks off: while it comes up it does both.
    private func patiently(_ reason: Reason, _ body: () async throws -> Void) async throws {
        var pause = Self.pauses.first
        while true {
            do {
                return try await body()
            } catch let error as KubernetesError {
                reason.say("\(error)")
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    private func reach(_ level: ReadinessLevel, _ reason: Reason) async throws {
        switch level {
        case .none: return
        case .api: _ = try await client.request(APIRequest(.get, "/readyz"), timeout: .seconds(5))
        case .node: try await reachNodes(reason)
        case .dns: try await reachDNS(reason)
        case .serviceAccount:
            try await follow(.serviceAccounts, "default", namespace: "default", reason) { _ in .ready }
        case .pod: try await reachPod(.runner, reason, until: ReadinessLook.succeeded)
        }
    }

    private func reachNodes(_ reason: Reason) async throws {
        var nodes: [String: JSONValue] = [:]
        var isSynced = false
        for try await event in client.watch(.nodes) {
            switch event {
            case .added(let node), .modified(let node): nodes[node["metadata"]["name"].string ?? ""] = node
            case .deleted(let node): nodes[node["metadata"]["name"].string ?? ""] = nil
            case .synced: isSynced = true
            }
            // Half of a list says nothing of the other half.
            guard isSynced else { continue }
            let roll = NodeRoll(planned: plannedNodes, nodes: nodes.values)
            if roll.isComplete { return }
            reason.say(roll.summary)
        }
    }

    /// What the nodes that are waited for say of their own trouble. A node that never joined is known to nobody else.
    private func suspects(at level: ReadinessLevel) async -> FailureEvidence {
        guard level == .node, let inspector else { return [] }
        let nodes = (try? await client.list(.nodes).items) ?? []
        return await inspector.evidence(of: NodeRoll(planned: plannedNodes, nodes: nodes).suspects)
    }

    private func reachDNS(_ reason: Reason) async throws {
        let pod = try await reachPod(.listener, reason, until: ReadinessLook.running)
        let uid = pod["metadata"]["uid"].string ?? ""
        var pause = Self.pauses.first
        while true {
            if let pid = PodLookup.process(ofPod: uid) {
                if let resolver = PodLookup.resolver(of: pid) {
                    let name = "kubernetes.default.\(resolver.domain)"
                    switch await PodLookup.lookUp(name, server: resolver.server, inPodOf: pid) {
                    case .answered: return
                    case .failed(let why): reason.say(why)
                    }
                } else {
                    reason.say("the Pod has no resolv.conf of the cluster's")
                }
            } else {
                reason.say("no process of the Pod \(uid) is seen")
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
    }

    /// Makes a Pod of ours, where it is not there yet, and follows it.
    @discardableResult
    private func reachPod(
        _ pod: CheckPod, _ reason: Reason, until look: @escaping @Sendable (JSONValue) -> ReadinessLook
    ) async throws -> JSONValue {
        var pause = Self.pauses.first
        while true {
            if let image = ReadinessLook.pauseImage(of: try await client.list(.nodes).items) {
                do {
                    try await create(pod, image: image)
                    break
                } catch let error as KubernetesError where error.isAlreadyExists {
                    break
                }
            }
            reason.say("no node reports its pause image yet")
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
        return try await follow(.pods, pod.name, namespace: pod.namespace, reason, look)
    }

    /// Makes a Pod; where the cluster's admission refuses one without any settings, one with the strictest.
    private func create(_ pod: CheckPod, image: String) async throws {
        do {
            try await client.create(.pods, pod.manifest(image: image))
        } catch let refusal as KubernetesError where refusal.isForbidden {
            do {
                try await client.create(.pods, pod.manifest(image: image, isRestricted: true))
            } catch let error as KubernetesError where error.isForbidden {
                throw refusal
            }
        }
    }

    /// Watches an object until it is as it should be.
    @discardableResult
    private func follow(
        _ resource: APIResource, _ name: String, namespace: String, _ reason: Reason,
        _ look: @escaping @Sendable (JSONValue) -> ReadinessLook
    ) async throws -> JSONValue {
        for try await event in client.watch(
            resource, namespace: namespace, fields: "metadata.name=\(name)")
        {
            switch event {
            case .added(let object), .modified(let object):
                switch look(object) {
                case .ready: return object
                case .waiting(let why): reason.say(why)
                }
            case .deleted: reason.say("the \(resource.kind) \(name) was deleted")
            case .synced: continue
            }
        }
        throw CancellationError()
    }

    // MARK: - Afterwards

    /// Leaves the cluster as kubeadm made it: what the user lists next should be theirs alone.
    private func tidy(_ last: ReadinessLevel, period: Int64?) async {
        do {
            try await withDeadline(
                Self.tidyLimit, failure: KinkajouError("the API server did not answer in time", cure: "")
            ) {
                // Nobody needs to see the Pods go: the kubelet ends what is left of them after their objects are gone.
                for pod in CheckPod.allCases where last >= (pod == .listener ? .dns : .pod) {
                    try await client.delete(
                        .pods, pod.name, namespace: pod.namespace, gracePeriodSeconds: 0)
                }
                if let period { try await DNSProbe(client: client).restore(period) }
            }
        } catch {
            progress.warn("what the wait has made in the cluster could not be taken away: \(error)")
        }
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

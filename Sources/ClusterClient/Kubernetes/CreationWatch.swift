internal import ClusterSpec
internal import KubernetesAPI
internal import NIOCore
internal import Values

/// Follows a Pod that was just made until the cluster in it is ready, or it is clear that it will not be.
struct CreationWatch: Sendable {
    let client: KubernetesClient
    let request: ClusterSpec
    let pod: JSONValue
    let namespace: String
    let place: String
    let follower: any CreationFollower

    private var name: String { ClusterName.object(request.name) }

    private enum Happening: Sendable {
        case pod(JSONValue)
        case gone
        case event(PodEvent)
        case logSaysReady
        case tick
    }

    /// A failure that may pass, and since when it has been there.
    private struct Trouble {
        var failure: PodFailure
        var since: ContinuousClock.Instant
    }

    /// Waits.
    ///
    /// - Throws: ``KinkajouError`` with the reason and the end of the log.
    func untilReady() async throws {
        let log = CreationLog(follower: follower)
        let (happenings, feed) = AsyncStream.makeStream(of: Happening.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.watchPod(feed) }
            group.addTask { try await self.watchEvents(feed) }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    feed.yield(.tick)
                }
            }
            group.addTask { try await self.take(happenings, log: log, feed: feed) }
            // Whoever ends first decides: the watches end only by failing.
            _ = try await group.next()
        }
    }

    // MARK: - What happens

    private func watchPod(_ feed: AsyncStream<Happening>.Continuation) async throws {
        let fields = "metadata.name=\(name)"
        for try await event in client.watch(.pods, namespace: namespace, labels: nil, fields: fields) {
            switch event {
            case .added(let object), .modified(let object):
                let isOurs = object["metadata"]["uid"] == pod["metadata"]["uid"]
                feed.yield(isOurs ? .pod(object) : .gone)
            case .deleted(let object):
                if object["metadata"]["uid"] == pod["metadata"]["uid"] { feed.yield(.gone) }
            case .synced: continue
            }
        }
    }

    private func watchEvents(_ feed: AsyncStream<Happening>.Continuation) async throws {
        let fields = "involvedObject.uid=\(pod["metadata"]["uid"].string ?? "")"
        do {
            for try await event in client.watch(.events, namespace: namespace, labels: nil, fields: fields) {
                if case .added(let object) = event.orModifiedAsAdded { feed.yield(.event(PodEvent(object))) }
            }
        } catch let error as KubernetesError where error.isForbidden {
            // They say more than the Pod's status does, but it goes without them.
            follower.notice(
                "warning: events cannot be read, so that a failure may be explained less well: \(error)")
        }
        // The other tasks decide when this is over.
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    /// Reads the log from the container's start; a connection that breaks is made again.
    private func follow(_ log: CreationLog, feed: AsyncStream<Happening>.Continuation) async {
        var last = ContinuousClock.now
        var isFirst = true
        while !Task.isCancelled {
            let since = isFirst ? nil : Int(last.duration(to: .now).components.seconds) + 1
            do {
                for try await piece in client.logs(
                    pod: name, namespace: namespace, container: "cluster", follow: true, tailLines: nil,
                    previous: false, sinceSeconds: since)
                {
                    isFirst = false
                    last = .now
                    if log.take(piece.readableBytesView) { feed.yield(.logSaysReady) }
                }
                return  // The container has ended; the watch of the Pod tells how.
            } catch {
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
            }
        }
    }

    // MARK: - What follows from it

    private func take(
        _ happenings: AsyncStream<Happening>, log: CreationLog, feed: AsyncStream<Happening>.Continuation
    ) async throws {
        let began = ContinuousClock.now
        var phase = ""
        var startedAt: ContinuousClock.Instant?
        var trouble: Trouble?
        var hasRoomComing = false
        var readyLimit: ContinuousClock.Instant?
        var follow: Task<Void, Never>?
        defer { follow?.cancel() }

        func begin(_ text: String) {
            guard phase != text, startedAt == nil else { return }
            phase = text
            follower.begin(text)
        }
        func consider(_ failure: PodFailure) throws {
            guard failure.mayPass else { throw error(failure, log: log) }
            if trouble?.failure.cure != failure.cure {
                trouble = Trouble(failure: failure, since: .now)
                follower.update(failure.summary)
            }
        }

        for await happening in happenings {
            try Task.checkCancellation()
            switch happening {
            case .logSaysReady:
                // `get clusters` and Services go by the Pod's own probes, which follow within seconds.
                if readyLimit == nil { readyLimit = .now + .seconds(15) }
            case .gone:
                throw KinkajouError(
                    "the Pod of the cluster \"\(request.name)\" was deleted while it came up",
                    cure: "make it again, unless somebody wanted it gone", evidence: log.lastLines(8))
            case .event(let event):
                if event.announcesRoom { hasRoomComing = true }
                if let text = event.phase { begin(text) }
                if startedAt == nil, let failure = event.failure { try consider(failure) }
            case .pod(let pod):
                switch PodStage(pod: pod) {
                case .failed(let failure):
                    if failure.hasLog { await drain(log, following: follow) }
                    try consider(failure)
                case .scheduling:
                    begin("Scheduling the Pod")
                case .preparing:
                    if trouble?.failure.cure.contains("--node-selector") == true { trouble = nil }
                    begin("Preparing the Pod on \(pod["spec"]["nodeName"].string ?? "its node")")
                case .running:
                    trouble = nil
                    if follow == nil {
                        startedAt = .now
                        follower.end(success: true)
                        follow = Task { await self.follow(log, feed: feed) }
                    }
                case .ready:
                    return
                case .terminating:
                    throw KinkajouError(
                        "the Pod of the cluster \"\(request.name)\" is being deleted while it comes up",
                        cure: "make it again, unless somebody wanted it gone", evidence: log.lastLines(8))
                }
            case .tick:
                if let readyLimit, readyLimit < .now { return }
                if let current = trouble {
                    let patience = patience(current.failure, hasRoomComing: hasRoomComing)
                    if current.since + patience < .now { throw error(current.failure, log: log) }
                }
                if startedAt == nil, began + request.startTimeout < .now {
                    throw KinkajouError(
                        "the Pod of the cluster \"\(request.name)\" did not start within \(request.startTimeout.components.seconds) s: it was at \"\(phase)\"",
                        cure: "see `kubectl describe pod \(name)`, or give it more time with --start-timeout",
                        code: .timedOut)
                }
                // `kinkajou cluster` keeps to --wait by itself; this is for one that hangs.
                if let startedAt, startedAt + request.wait + .seconds(180) < .now {
                    throw KinkajouError(
                        "the cluster \"\(request.name)\" was not ready within \(request.wait.components.seconds) s",
                        cure: "give it more CPU, or more time with --wait", evidence: log.lastLines(12),
                        code: .timedOut)
                }
            }
        }
        try Task.checkCancellation()
    }

    /// How long a failure that may pass is waited out.
    private func patience(_ failure: PodFailure, hasRoomComing: Bool) -> Duration {
        if hasRoomComing { return request.startTimeout }
        // The scheduler tries again at once when a node comes or a Pod goes.
        return failure.summary.hasPrefix("no node") ? .seconds(5) : .seconds(30)
    }

    /// Waits a moment for the end of the log of a container that has ended.
    private func drain(_ log: CreationLog, following: Task<Void, Never>?) async {
        if let following {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await following.value }
                group.addTask { try? await Task.sleep(for: .seconds(5)) }
                await group.next()
                group.cancelAll()
            }
        } else {
            let pieces = client.logs(
                pod: name, namespace: namespace, container: "cluster", follow: false, tailLines: 50,
                previous: false, sinceSeconds: nil)
            do {
                for try await piece in pieces { _ = log.take(piece.readableBytesView) }
            } catch {
                follower.notice("warning: the Pod's log cannot be read: \(error)")
            }
        }
    }

    private func error(_ failure: PodFailure, log: CreationLog) -> KinkajouError {
        KinkajouError(
            "the cluster \"\(request.name)\" cannot be made: \(failure.summary)", cure: failure.cure,
            evidence: failure.hasLog ? log.lastLines(12) : [])
    }
}

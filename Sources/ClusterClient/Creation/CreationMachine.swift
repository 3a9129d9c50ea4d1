internal import ClusterSpec
internal import Values

/// What follows from what happens while a cluster comes up: a value that knows how far it is, and acts through others.
/// It is told happenings in whatever order they come.
struct CreationMachine: Sendable {
    /// Something that happens.
    enum Happening: Sendable, Equatable {
        /// The Pod or container was seen at this stage, on this node.
        case stage(PodStage, node: String?)
        /// The Pod is gone, or another one has its name.
        case gone
        /// An event about the Pod.
        case podEvent(PodEvent)
        /// What the agent tells.
        case agent(ProgressEvent.Content)
        /// The agent cannot be heard, for this reason; it is tried again.
        case agentSilent(String)
        /// The agent of the image tells things that are not understood here.
        case agentForeign(KinkajouError)
        /// Time has passed.
        case tick
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// Show that a phase begins.
        case begin(String)
        /// Show how far the open phase is.
        case update(String)
        /// Show that the open phase has ended.
        case end(success: Bool)
        /// Show something beside the phases.
        case notice(String)
        /// Begin to listen to the agent.
        case listen
        /// The cluster is ready: end.
        case finish
        /// It came to nothing: end with this error, and with the end of the log as evidence where it has none.
        case fail(KinkajouError, withLog: Bool)
    }

    /// How long after the agent's word the Pod's own probes may take: `get clusters` and Services go by those.
    static let probeLimit = Duration.seconds(15)
    /// How much longer than `--wait` an agent is waited for, which keeps to it by itself: one that hangs.
    static let hangLimit = Duration.seconds(180)

    /// How many attempts in vain it takes until a person is told of them.
    private static let silencesToTell = 3

    private let name: String
    private let object: String
    private let hasProbes: Bool
    private let wait: Duration
    private let startTimeout: Duration
    private var phase = ""
    /// When the container began to run, by the caller's clock; nil: it does not.
    private var startedAt: Duration?
    private var trouble: (failure: PodFailure, since: Duration)?
    private var readySince: Duration?
    private var silences = 0
    private(set) var isOver = false

    /// - Parameter hasProbes: Whether something besides the agent tells that the cluster is ready.
    init(_ spec: ClusterSpec, hasProbes: Bool = true) {
        self.hasProbes = hasProbes
        name = spec.name
        object = ClusterName.object(spec.name)
        wait = spec.wait
        startTimeout = spec.startTimeout
    }

    /// Takes a happening.
    ///
    /// - Parameter now: The time since the Pod was made.
    mutating func handle(_ happening: Happening, at now: Duration) -> [Action] {
        guard !isOver else { return [] }
        switch happening {
        case .stage(let stage, let node): return handle(stage, node: node, at: now)
        case .gone: return fail("the Pod of the cluster \"\(name)\" was deleted while it came up")
        case .podEvent(let event): return handle(event, at: now)
        case .agent(let content): return handle(content, at: now)
        case .agentForeign(let error): return fail(error)
        case .agentSilent(let reason):
            // Once or twice is usual: the container has just begun, or ended, which the Pod's status tells better.
            silences += 1
            guard silences == Self.silencesToTell else { return [] }
            return [.notice("warning: what happens in the Pod cannot be followed: \(reason)")]
        case .tick: return handleTick(at: now)
        }
    }

    // MARK: - The Pod

    private mutating func handle(_ stage: PodStage, node: String?, at now: Duration) -> [Action] {
        switch stage {
        case .failed(let failure):
            if case .unschedulable = failure {
                return begin("Scheduling the Pod") + consider(failure, at: now)
            }
            return consider(failure, at: now)
        case .scheduling: return begin("Scheduling the Pod")
        case .preparing:
            if case .unschedulable? = trouble?.failure { trouble = nil }
            return begin("Preparing the Pod on \(node ?? "its node")")
        case .running:
            trouble = nil
            guard startedAt == nil else { return [] }
            startedAt = now
            return [.end(success: true), .listen]
        case .ready:
            // The version of what runs in it is still to be compared, and what it said to be shown.
            if startedAt == nil {
                startedAt = now
                readySince = readySince ?? now
                return [.end(success: true), .listen]
            }
            return finish()
        case .terminating:
            return fail("the Pod of the cluster \"\(name)\" is being deleted while it comes up")
        }
    }

    private mutating func handle(_ event: PodEvent, at now: Duration) -> [Action] {
        guard startedAt == nil else { return [] }
        if case .failed(let failure) = event { return consider(failure, at: now) }
        return event.phase.map { begin($0) } ?? []
    }

    private mutating func begin(_ text: String) -> [Action] {
        guard phase != text, startedAt == nil else { return [] }
        phase = text
        return [.begin(text)]
    }

    private mutating func consider(_ failure: PodFailure, at now: Duration) -> [Action] {
        guard failure.mayPass else { return fail(failure) }
        if let trouble, trouble.failure.isSameTrouble(as: failure) {
            guard trouble.failure != failure else { return [] }
            // What went wrong in the attempt itself says more than that another one is waited for.
            if case .imageNotPulled(_, _, isBackOff: true) = failure { return [] }
            self.trouble = (failure, trouble.since)
        } else {
            trouble = (failure, now)
        }
        return [.update(failure.summary)]
    }

    // MARK: - The agent

    private mutating func handle(_ content: ProgressEvent.Content, at now: Duration) -> [Action] {
        silences = 0
        switch content {
        case .started(let program):
            guard !Release.fits(program) else { return [] }
            return fail(ProgressEvent.mismatch("events of kinkajou \(program)"))
        case .begun(_, let title): return [.begin(title)]
        case .progress(let done, let total):
            return [.update("\(done * 100 / max(total, 1)) % of \(total >> 20) MiB")]
        case .waiting(let detail): return [.update(detail)]
        case .done: return [.end(success: true)]
        case .failed: return [.end(success: false)]
        case .notice(.warning, let text): return [.notice("warning: \(text)")]
        case .notice(.information, _): return []
        case .ready:
            guard hasProbes else { return finish() }
            readySince = readySince ?? now
            return []
        case .ended(let error): return fail(.agentFailed(status: 0, error: error))
        }
    }

    // MARK: - Time

    private mutating func handleTick(at now: Duration) -> [Action] {
        if let readySince, readySince + Self.probeLimit <= now { return finish() }
        if let trouble, case .retries(let limit) = trouble.failure.patience, trouble.since + limit <= now {
            return fail(trouble.failure)
        }
        guard let startedAt else {
            guard startTimeout <= now else { return [] }
            if let trouble { return fail(trouble.failure, code: .timedOut) }
            return fail(
                KinkajouError(
                    "the Pod of the cluster \"\(name)\" did not start within \(startTimeout.inSeconds): it was at \"\(phase)\"",
                    cure: "see `kubectl describe pod \(object)`, or give it more time with --start-timeout",
                    code: .timedOut))
        }
        guard startedAt + wait + Self.hangLimit <= now else { return [] }
        return fail(
            KinkajouError(
                "the cluster \"\(name)\" was not ready within \(wait.inSeconds)",
                cure: "give it more CPU, or more time with --wait", code: .timedOut), withLog: true)
    }

    // MARK: - The end

    private mutating func finish() -> [Action] {
        isOver = true
        return [.finish]
    }

    private mutating func fail(_ summary: String) -> [Action] {
        fail(
            KinkajouError(
                summary, cure: "make it again, unless somebody wanted it gone", code: .clusterFailed))
    }

    private mutating func fail(_ failure: PodFailure, code: ErrorCode? = nil) -> [Action] {
        var error = KinkajouError(
            "the cluster \"\(name)\" cannot be made: \(failure.summary)", cure: failure.cure,
            code: code ?? failure.code)
        if case .agentFailed(_, let reported?) = failure {
            error.evidence = reported.evidence
            error.see = reported.see
        }
        return fail(error, withLog: failure.hasLog)
    }

    private mutating func fail(_ error: KinkajouError, withLog: Bool = false) -> [Action] {
        isOver = true
        return [.fail(error, withLog: withLog)]
    }
}

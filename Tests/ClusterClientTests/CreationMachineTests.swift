import ClusterSpec
import Testing
import Values

@testable import ClusterClient

/// What follows from what happens while a cluster comes up, in the orders in which it really happens.
@Suite struct CreationMachineTests {
    typealias Happening = CreationMachine.Happening
    typealias Action = CreationMachine.Action

    /// A machine, and what it has said.
    private struct Run {
        var machine: CreationMachine
        var actions: [Action] = []

        init(wait: Int64 = 300, start: Int64 = 600, hasProbes: Bool = true) {
            var spec = ClusterSpec()
            spec.name = "demo"
            spec.waitSeconds = wait
            spec.startSeconds = start
            machine = CreationMachine(spec, hasProbes: hasProbes)
        }

        /// What follows from this, at this second.
        @discardableResult
        mutating func take(_ happening: Happening, at second: Int = 0) -> [Action] {
            let actions = machine.handle(happening, at: .seconds(second))
            self.actions += actions
            return actions
        }

        /// The error that it ended with.
        var error: KinkajouError? {
            for case .fail(let error, _) in actions { return error }
            return nil
        }
    }

    private static let preparing = Happening.stage(.preparing, node: "n1")
    private static let running = Happening.stage(.running, node: "n1")
    private static let ready = Happening.stage(.ready, node: "n1")
    private static let started = Happening.agent(.started(program: Release.current))
    private static let noRoom = Happening.stage(.failed(.unschedulable(message: "no cpu")), node: nil)

    @Test func theUsualOrder() {
        var run = Run()
        run.take(.stage(.scheduling, node: nil))
        run.take(.podEvent(.scheduled(node: "n1")), at: 1)
        run.take(Self.preparing, at: 1)
        run.take(.podEvent(.pulling(image: "x")), at: 2)
        run.take(Self.running, at: 3)
        run.take(Self.started, at: 3)
        run.take(.agent(.begun(phase: .engine, title: "Starting dockerd")), at: 4)
        run.take(.agent(.progress(done: 1 << 20, total: 4 << 20)), at: 5)
        run.take(.agent(.done), at: 6)
        run.take(.agent(.notice(severity: .warning, text: "small disk")), at: 6)
        run.take(.agent(.notice(severity: .information, text: "for the log")), at: 6)
        run.take(.agent(.ready), at: 60)
        run.take(.tick, at: 61)
        run.take(Self.ready, at: 62)
        #expect(
            run.actions == [
                .begin("Scheduling the Pod"), .begin("Assigned to node n1"),
                .begin("Preparing the Pod on n1"),
                .begin("Pulling image \"x\""), .end(success: true), .listen, .begin("Starting dockerd"),
                .update("25 % of 4 MiB"), .end(success: true), .notice("warning: small disk"), .finish,
            ])
        #expect(run.machine.isOver)
        #expect(run.take(.gone, at: 63) == [], "what comes later counts for nothing")
    }

    @Test func theAgentsWordIsEnoughWhereProbesAreLate() {
        var run = Run()
        run.take(Self.running)
        run.take(.agent(.ready), at: 10)
        #expect(run.take(.tick, at: 24) == [])
        #expect(run.take(.tick, at: 25) == [.finish])
    }

    /// A container of a local Docker has no probes that anybody waits for.
    @Test func theAgentsWordIsAllWhereThereAreNoProbes() {
        var run = Run(hasProbes: false)
        run.take(Self.running)
        #expect(run.take(.agent(.ready), at: 10) == [.finish])
    }

    @Test func aPodThatIsReadyAtFirstSightIsListenedToBeforeItIsBelieved() {
        var run = Run()
        #expect(run.take(Self.ready, at: 1) == [.end(success: true), .listen])
        #expect(run.take(Self.ready, at: 2) == [.finish])
    }

    // MARK: - Versions

    @Test func anotherVersionIsSaidAtOnce() {
        var run = Run()
        run.take(Self.running)
        run.take(.agent(.started(program: "99.0.0")))
        #expect(run.error?.code == .versionMismatch)
        #expect(run.error?.summary.contains("99.0.0") == true)
    }

    @Test func anImageWithoutEventsIsSaidAtOnce() {
        var run = Run()
        run.take(Self.running)
        run.take(.agentForeign(ProgressEvent.mismatch("no events")))
        #expect(run.error?.code == .versionMismatch)
    }

    // MARK: - Failures

    @Test func theAgentsFailureIsTheClients() {
        let reported = KinkajouError("etcd is slow", cure: "a faster disk", evidence: ["a"], code: .timedOut)
        var run = Run()
        run.take(Self.running)
        run.take(.agent(.failed))
        run.take(.agent(.ended(error: reported)))
        #expect(run.error?.code == .timedOut)
        #expect(run.error?.summary == "the cluster \"demo\" cannot be made: etcd is slow")
        #expect(run.error?.cure == "a faster disk")
        #expect(run.error?.evidence == ["a"])
    }

    /// The container has ended before its last event has come through.
    @Test func whoHasNotListenedReadsTheLastWords() {
        let reported = KinkajouError("no room", cure: "make some", code: .storageUnusable)
        var run = Run()
        run.take(Self.running)
        run.take(.stage(.failed(.agentFailed(status: 73, error: reported)), node: "n1"))
        #expect(run.error?.code == .storageUnusable)
        #expect(run.error?.summary.contains("no room") == true)
    }

    @Test func whatNobodyExplainsHasTheLog() {
        var run = Run()
        run.take(Self.running)
        let actions = run.take(.stage(.failed(.agentFailed(status: 71, error: nil)), node: "n1"))
        guard case .fail(_, let withLog)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(withLog)
    }

    @Test(arguments: [
        PodFailure.outOfMemory(limit: "1Gi"), .evicted(message: "x"), .imageNameInvalid(image: "X"), .stopped,
        .notStarted(reason: "StartError", message: "x"), .nodeLost(message: "x"),
    ])
    func whatDoesNotPassEndsAtOnce(_ failure: PodFailure) {
        var run = Run()
        run.take(.stage(.failed(failure), node: nil))
        #expect(run.error?.summary.contains(failure.summary) == true)
        #expect(run.error?.cure == failure.cure)
    }

    @Test func aPodThatIsDeletedIsSaid() {
        var gone = Run()
        gone.take(.gone)
        #expect(gone.error?.summary.contains("was deleted") == true)
        var going = Run()
        going.take(Self.running)
        going.take(.stage(.terminating, node: "n1"))
        #expect(going.error?.summary.contains("is being deleted") == true)
    }

    // MARK: - Patience

    /// An autoscaler may bring a node in the last second.
    @Test func roomIsWaitedForAsLongAsWasAsked() {
        var run = Run(start: 120)
        #expect(
            run.take(Self.noRoom) == [
                .begin("Scheduling the Pod"), .update("no node of the host cluster can take its Pod: no cpu"),
            ])
        #expect(run.take(Self.noRoom, at: 30) == [], "the same is not said again")
        #expect(run.take(.podEvent(.scalingUp), at: 31) == [.begin("The host cluster adds a node")])
        #expect(run.take(.tick, at: 119) == [])
        var late = run
        late.take(.tick, at: 120)
        #expect(late.error?.code == .timedOut)
        #expect(late.error?.summary.contains("no cpu") == true)
        #expect(late.error?.cure.contains("--start-timeout") == true)
        // A node has come.
        run.take(Self.preparing, at: 119)
        run.take(Self.running, at: 119)
        run.take(.tick, at: 121)
        #expect(run.error == nil)
    }

    @Test func aTroubleThatPassedStartsNoClock() {
        var run = Run()
        let pull = Happening.stage(.failed(.imageNotPulled(image: "x", message: "502")), node: "n1")
        run.take(pull)
        run.take(Self.running, at: 5)
        run.take(.tick, at: 60)
        #expect(run.error == nil)
    }

    @Test func aTroubleThatLastsEndsIt() {
        var run = Run()
        run.take(.stage(.failed(.imageNotPulled(image: "x", message: "502")), node: "n1"))
        // The kubelet's words change from one attempt to the next; the clock goes on.
        let backOff = PodFailure.imageNotPulled(image: "x", message: "Back-off", isBackOff: true)
        run.take(.stage(.failed(backOff), node: "n1"), at: 10)
        run.take(.tick, at: 19)
        #expect(run.error == nil)
        run.take(.tick, at: 20)
        #expect(
            run.error?.summary.contains("502") == true,
            "the reason, and not that another attempt is waited for")
    }

    @Test func aPodThatDoesNotStartIsATimeOut() {
        var run = Run(start: 60)
        run.take(Self.preparing)
        run.take(.tick, at: 60)
        #expect(run.error?.code == .timedOut)
        #expect(run.error?.summary.contains("Preparing the Pod on n1") == true)
    }

    @Test func anAgentThatHangsIsATimeOut() {
        var run = Run(wait: 60)
        run.take(Self.running, at: 10)
        run.take(.tick, at: 249)
        #expect(run.error == nil)
        run.take(.tick, at: 250)
        #expect(run.error?.code == .timedOut)
    }

    // MARK: - Silence

    @Test func onlySilenceThatLastsIsSaid() {
        var run = Run()
        run.take(Self.running)
        #expect(run.take(.agentSilent("a")) == [])
        #expect(run.take(.agentSilent("a")) == [])
        run.take(Self.started)
        #expect(run.take(.agentSilent("a")) == [])
        #expect(run.take(.agentSilent("a")) == [])
        #expect(run.take(.agentSilent("b")).count == 1)
        #expect(run.take(.agentSilent("b")) == [], "once")
        // It is made all the same, and the Pod's probes tell.
        #expect(run.take(Self.ready) == [.finish])
    }
}

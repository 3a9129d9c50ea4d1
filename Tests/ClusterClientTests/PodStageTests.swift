import Formats
import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

/// How far a Pod is, read from what API servers really answer.
@Suite struct PodStageTests {
    private func pod(_ status: String, spec: String = "nodeName: node-1", metadata: String = "{}") throws
        -> JSONValue
    {
        try JSONValue(
            yaml: """
                metadata: \(metadata)
                spec: {\(spec), containers: [{name: cluster, resources: {limits: {memory: 4Gi}}}]}
                status: \(status)
                """)
    }

    @Test func aNewPodIsBeingScheduled() throws {
        let pod = try JSONValue(yaml: "{metadata: {}, spec: {}, status: {phase: Pending}}")
        #expect(PodStage(pod: pod) == .scheduling)
    }

    @Test func onANodeItIsPrepared() throws {
        let pod = try pod(
            """
            {phase: Pending, conditions: [{type: PodScheduled, status: "True"}],
             containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}
            """)
        #expect(PodStage(pod: pod) == .preparing)
    }

    @Test func itRunsAndIsReady() throws {
        let running = try pod("{phase: Running, containerStatuses: [{ready: false, state: {running: {}}}]}")
        // An empty mapping is a state too.
        #expect(PodStage(pod: running) == .running)
        let ready = try pod(
            "{phase: Running, containerStatuses: [{ready: true, state: {running: {startedAt: x}}}]}")
        #expect(PodStage(pod: ready) == .ready)
    }

    @Test func whatIsBeingDeletedIsTerminating() throws {
        let pod = try pod(
            "{phase: Running, containerStatuses: [{ready: true, state: {running: {startedAt: x}}}]}",
            metadata: "{deletionTimestamp: 2026-01-01T00:00:00Z}")
        #expect(PodStage(pod: pod) == .terminating)
    }

    /// A status, and words of the summary and of the cure.
    static let failures: [(name: String, status: String, summary: String, cure: String, mayPass: Bool)] = [
        (
            "image of what comes before",
            """
            {phase: Pending, conditions: [{type: PodScheduled, status: "True"}],
             initContainerStatuses: [{name: programs, image: "kinkajou/pod:latest",
              state: {waiting: {reason: ErrImageNeverPull, message: x}}}],
             containerStatuses: [{state: {waiting: {reason: PodInitializing}}}]}
            """, "the image kinkajou/pod:latest is not on the node", "--pod-image", false
        ),
        (
            "what comes before fails",
            """
            {phase: Failed, conditions: [{type: PodScheduled, status: "True"}],
             initContainerStatuses: [{name: programs, state: {terminated: {exitCode: 1, message: "cp: no"}}}],
             containerStatuses: [{state: {waiting: {reason: PodInitializing}}}]}
            """, "its container cannot be started (exit status 1 of programs): cp: no",
            "kubectl describe pod", false
        ),
        (
            "unschedulable",
            """
            {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable,
             message: "0/1 nodes are available: 1 Insufficient cpu."}]}
            """, "no node of the host cluster can take its Pod: 0/1 nodes are available: 1 Insufficient cpu.",
            "--cpu-request", true
        ),
        (
            "back-off",
            "{containerStatuses: [{image: nowhere/x, state: {waiting: {reason: ImagePullBackOff, message: Back-off}}}]}",
            "nowhere/x cannot be pulled", "--image-pull-secret", true
        ),
        (
            "no such image",
            "{containerStatuses: [{image: x, state: {waiting: {reason: ErrImagePull, message: \"x: not found\"}}}]}",
            "cannot be pulled: x: not found", "--pod-image", true
        ),
        (
            "a registry's hiccup",
            "{containerStatuses: [{image: x, state: {waiting: {reason: ErrImagePull, message: \"502 Bad Gateway\"}}}]}",
            "502 Bad Gateway", "--pod-image", true
        ),
        (
            "bad name",
            "{containerStatuses: [{image: \"X:y:z\", state: {waiting: {reason: InvalidImageName}}}]}",
            "\"X:y:z\" is no name of an image", "--pod-image", false
        ),
        (
            "never pull", "{containerStatuses: [{image: x, state: {waiting: {reason: ErrImageNeverPull}}}]}",
            "the image x is not on the node", "load it", false
        ),
        (
            "cannot start",
            "{containerStatuses: [{state: {waiting: {reason: RunContainerError, message: no caps}}}]}",
            "RunContainerError): no caps", "describe pod", false
        ),
        (
            "out of memory",
            "{phase: Failed, containerStatuses: [{state: {terminated: {reason: OOMKilled, exitCode: 137}}}]}",
            "memory limit of 4Gi (OOMKilled)", "raise --memory", false
        ),
        (
            "out of memory before it ran",
            """
            {containerStatuses: [{state: {terminated:
             {reason: StartError, exitCode: 128, message: "container init was OOM-killed (memory limit too low?)"}}}]}
            """, "memory limit of 4Gi is less than starting it takes", "raise --memory", false
        ),
        (
            "out of memory, and waiting",
            """
            {containerStatuses: [{state: {waiting:
             {reason: CreateContainerError, message: "container init was OOM-killed (memory limit too low?)"}}}]}
            """, "memory limit of 4Gi is less than starting it takes", "raise --memory", false
        ),
        (
            "killed",
            "{phase: Failed, containerStatuses: [{state: {terminated: {reason: Error, exitCode: 137}}}]}",
            "SIGKILL (exit status 137)", "raise --memory (now 4Gi)", false
        ),
        (
            "cluster failed",
            "{phase: Failed, containerStatuses: [{state: {terminated: {reason: Error, exitCode: 70}}}]}",
            "exit status 70", "--retain", false
        ),
        (
            "wrong architecture",
            """
            {phase: Failed, containerStatuses: [{state: {terminated:
             {reason: StartError, exitCode: 128, message: "exec format error"}}}]}
            """, "exec format error", "architecture", false
        ),
        (
            "evicted", "{phase: Failed, reason: Evicted, message: \"Container used 21Gi\"}",
            "the kubelet evicted its Pod: Container used 21Gi", "--storage", false
        ),
        (
            "expired",
            """
            {phase: Failed, reason: DeadlineExceeded, message: Pod was active,
             containerStatuses: [{state: {terminated: {exitCode: 143}}}]}
            """, "its time to live is over", "--ttl", false
        ),
        (
            "other", "{phase: Failed, reason: NodeAffinity, message: wrong}", "NodeAffinity: wrong",
            "describe",
            false
        ),
    ]

    @Test(arguments: failures.indices)
    func failuresAreToldInPlainWords(index: Int) throws {
        let expected = Self.failures[index]
        guard case .failed(let failure) = PodStage(pod: try pod(expected.status, spec: "x: y")) else {
            Issue.record("\(expected.name): not taken for a failure")
            return
        }
        #expect(failure.summary.contains(expected.summary), "\(expected.name): \(failure.summary)")
        #expect(failure.cure.contains(expected.cure), "\(expected.name): \(failure.cure)")
        #expect(failure.mayPass == expected.mayPass, "\(expected.name)")
    }

    /// The agent's own last words say more than its exit status.
    @Test func theAgentsLastWordsAreTheFailure() throws {
        let error = KinkajouError("no room", cure: "make some", evidence: ["a line"], code: .timedOut)
        let line = ProgressEvent(number: 0, time: 0, .ended(error: error)).line
        var pod = try pod(
            "{phase: Failed, containerStatuses: [{state: {terminated: {reason: Error, exitCode: 75}}}]}")
        pod["status"]["containerStatuses"] = [
            ["state": ["terminated": ["reason": "Error", "exitCode": 75, "message": .string(line)]]]
        ]
        #expect(PodStage(pod: pod) == .failed(.agentFailed(status: 75, error: error)))
        guard case .failed(let failure) = PodStage(pod: pod) else { return }
        #expect((failure.summary, failure.cure) == ("no room", "make some"))
        #expect(failure.code == .timedOut)
        #expect(!failure.hasLog)
    }

    @Test(arguments: ["", "a line of a log", "{}", "{\"version\": 1}"])
    func otherLastWordsAreNone(text: String) {
        #expect(PodFailure.outcome(text) == nil)
    }

    @Test func eventsTellWhatThePodDoesNot() throws {
        func event(_ yaml: String) throws -> PodEvent { PodEvent(try JSONValue(yaml: yaml)) }
        let mount = try event("{reason: FailedMount, type: Warning, message: \"no such secret\", count: 2}")
        #expect(mount == .failed(.volume(message: "no such secret", count: 2)))
        #expect(PodFailure.volume(message: "", count: 2).mayPass)
        #expect(!PodFailure.volume(message: "", count: 9).mayPass)
        #expect(PodFailure.volume(message: "no such secret", count: 9).summary.contains("no such secret"))
        let pulling = try event("{reason: Pulling, message: 'Pulling image \"x\"'}")
        #expect(pulling == .pulling(image: "x"))
        #expect(pulling.phase == "Pulling image \"x\"")
        #expect(try event("{reason: TriggeredScaleUp}") == .scalingUp)
        #expect(try event("{reason: Started}") == .other)
    }
}

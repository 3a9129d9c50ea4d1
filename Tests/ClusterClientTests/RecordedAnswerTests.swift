import ClusterSpec
import KubernetesAPI
import KubernetesTestSupport
import Testing
import Values

@testable import ClusterClient

/// What current API servers answer, as their reports and sources have it, against what is made of it for a person.
@Suite struct RecordedAnswerTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: Int
        /// The `reason` of the `Status`.
        let reason: String
        let message: String
        /// Parts of what a person is told.
        let summary: String
        let cure: String
        let check: String
        var testDescription: String { check + ": " + summary }

        /// The body of the answer.
        var body: String {
            let value: JSONValue = [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
                "message": .string(message), "reason": .string(reason), "code": .integer(Int64(status)),
            ]
            return String(decoding: value.encoded(), as: UTF8.self)
        }
    }

    static let refusals = [
        Refusal(
            status: 403, reason: "Forbidden",
            message:
                #"pods "kinkajou-x" is forbidden: violates PodSecurity "baseline:latest": privileged (container "cluster" must not set securityContext.privileged=true)"#,
            summary: "the namespace ci enforces the Pod Security level baseline:latest",
            cure: "kubectl label namespace ci pod-security.kubernetes.io/enforce=privileged --overwrite",
            check: "kube-pod-security"),
        Refusal(
            status: 403, reason: "Forbidden",
            message:
                #"pods "kinkajou-x" is forbidden: exceeded quota: compute-resources, requested: limits.memory=8Gi,requests.memory=2Gi, used: limits.memory=10Gi,requests.memory=3Gi, limited: limits.memory=16Gi,requests.memory=4Gi"#,
            summary: "limits.memory: 8Gi asked for, and 6Gi left (10Gi of 16Gi in use)",
            cure: "kubectl edit resourcequota compute-resources -n ci", check: "kube-quota"),
        Refusal(
            status: 403, reason: "Forbidden",
            message:
                #"pods "kinkajou-x" is forbidden: maximum memory usage per Container is 2Gi, but limit is 8Gi"#,
            summary: "maximum memory usage per Container is 2Gi, but limit is 8Gi", cure: "--memory",
            check: "kube-limit-range"),
        Refusal(
            status: 422, reason: "Invalid",
            message:
                #"pods "kinkajou-x" is forbidden: ValidatingAdmissionPolicy 'demo-policy.example.com' with binding 'demo-binding-test.example.com' denied request: failed expression: !object.spec.hostNetwork"#,
            summary: "the admission policy demo-policy.example.com refuses the Pod: failed expression",
            cure: "validatingadmissionpolicybindings", check: "kube-admission"),
        Refusal(
            status: 400, reason: "BadRequest",
            message:
                #"admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/ci/kinkajou-x was blocked due to the following policies disallow-privileged-containers"#,
            summary: "the admission webhook validate.kyverno.svc-fail refuses it: resource Pod/ci/kinkajou-x",
            cure: "excepted from the webhook validate.kyverno.svc-fail", check: "kube-admission"),
        Refusal(
            status: 403, reason: "Forbidden",
            message:
                #"pods is forbidden: User "jane" cannot create resource "pods" in API group "" in the namespace "ci": RBAC: clusterrole.rbac.authorization.k8s.io "edit" not found"#,
            summary: "the user \"jane\" may not create pods in the namespace ci",
            cure: "kubectl apply -n ci -f deploy/rbac.yaml", check: "kube-permissions"),
        Refusal(
            status: 403, reason: "Forbidden",
            message:
                #"pods "kinkajou-x" is forbidden: unable to create new content in namespace ci because it is being terminated"#,
            summary: "the namespace ci is being deleted", cure: "wait until it is gone",
            check: "kube-namespace"),
    ]

    /// From the answer on the wire to the words.
    @Test(arguments: refusals)
    func aRefusalIsToldApart(_ known: Refusal) async throws {
        let error: KinkajouError? = try await StubServer.with { exchange in
            try await exchange.answer(known.status, known.body, ["Content-Type": "application/json"])
        } body: { server -> KinkajouError? in
            try await Self.withClient(of: server) { client -> KinkajouError? in
                do {
                    _ = try await client.create(
                        .pods, ["metadata": ["name": "kinkajou-x"]], namespace: "ci")
                    return nil
                } catch {
                    return HostClusterError.explanation(
                        of: error, doing: "create the cluster \"x\"", place: "here", namespace: "ci")
                        as? KinkajouError
                }
            }
        }
        let told = try #require(error)
        #expect(told.summary.contains(known.summary), "\(told.summary)")
        #expect(told.cure.contains(known.cure), "\(told.cure)")
        #expect(told.evidence == [known.message])
        #expect(told.see == "kinkajou doctor --target kubernetes --check \(known.check)")
    }

    /// A Job of ours as 1.36 has it a moment after it was made: the defaults of later versions, and a controller that has
    /// written the start itself.
    private static let job = #"""
        {"apiVersion":"batch/v1","kind":"Job",
         "metadata":{"name":"kinkajou-x-0e3b8a5c","namespace":"ci","uid":"j","generation":1,
                     "creationTimestamp":"2026-01-01T00:00:00Z"},
         "spec":{"activeDeadlineSeconds":4500,"backoffLimit":0,"completionMode":"NonIndexed","manualSelector":false,
                 "parallelism":0,"podReplacementPolicy":"TerminatingOrFailed","suspend":false,
                 "selector":{"matchLabels":{"batch.kubernetes.io/controller-uid":"j"}},
                 "template":{"metadata":{"labels":{"batch.kubernetes.io/controller-uid":"j",
                   "batch.kubernetes.io/job-name":"kinkajou-x-0e3b8a5c","controller-uid":"j",
                   "job-name":"kinkajou-x-0e3b8a5c"}},"spec":{"restartPolicy":"Never","containers":[]}},
                 "ttlSecondsAfterFinished":0},
         "status":{"ready":0,"startTime":"2026-01-01T00:00:01Z","terminating":0,"uncountedTerminatedPods":{}}}
        """#

    /// The time counts from the start that the controller has written, and the Job is what ends the cluster: the Pod has
    /// no deadline of its own.
    @Test func aCurrentJobIsATimeToLive() throws {
        let job = try JSONValue(json: Array(Self.job.utf8))
        #expect(job["spec"]["parallelism"].integer == 0)
        #expect(job["spec"]["ttlSecondsAfterFinished"].integer == 0)
        let start = Int64(1_767_225_601)
        let change = try #require(
            LifetimeChange(job: job, pod: [:], now: start + 600, lifetime: .seconds(3600)))
        #expect(change.seconds == 4200)
        #expect(change.end == "2026-01-01T01:10:01Z")
        #expect(!change.podHasDeadline)
    }

    /// Later versions do not let a start that is there be written again (1.31 to 1.35 call that a removal). That keeps no
    /// cluster from being made.
    @Test(arguments: [
        (
            422, "Invalid",
            #"Job.batch "kinkajou-x-0e3b8a5c" is invalid: status.startTime: Required value: startTime cannot be removed for unsuspended job"#
        ),
        (
            409, "Conflict",
            #"Operation cannot be fulfilled on jobs.batch "kinkajou-x-0e3b8a5c": the object has been modified; please apply your changes to the latest version and try again"#
        ), (200, "", ""),
    ])
    func theStartIsLeftToTheController(status: Int, reason: String, message: String) async throws {
        let job = try JSONValue(json: Array(Self.job.utf8))
        let answer = Refusal(
            status: status, reason: reason, message: message, summary: "", cure: "", check: "")
        let requests = try await StubServer.with { exchange in
            try await exchange.answer(
                status, status == 200 ? Self.job : answer.body, ["Content-Type": "application/json"])
        } body: { server -> [StubServer.Received] in
            try await Self.withClient(of: server) { client in
                try await ClusterCreation.writeStart(of: job, namespace: "ci", client: client)
            }
            return server.requests
        }
        #expect(requests.map(\.method) == ["PATCH"])
        #expect(
            requests.first?.target.hasPrefix(
                "/apis/batch/v1/namespaces/ci/jobs/kinkajou-x-0e3b8a5c/status") == true)
    }

    private static func withClient<Result: Sendable>(
        of server: StubServer, _ body: @Sendable (KubernetesClient) async throws -> Result
    ) async throws -> Result {
        try await KubernetesClient(
            ClientConfiguration(server: "http://127.0.0.1:\(server.port)", namespace: "ci"),
            userAgent: "test", retries: RetryPolicy(attempts: 1)
        ).use(body)
    }
}

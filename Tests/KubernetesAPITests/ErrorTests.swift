import Testing
import Values

@testable import KubernetesAPI

/// On bodies that real API servers have sent (1.20 and 1.31).
@Suite struct ErrorTests {
    private func error(_ code: Int, _ body: String, retryAfter: String? = nil) -> KubernetesError {
        .status(APIStatus(request: "POST /x", code: code, body: Array(body.utf8), retryAfter: retryAfter))
    }

    private func status(_ code: Int, _ reason: String, _ message: String, _ details: String = "{}")
        -> KubernetesError
    {
        var object: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message), "reason": .string(reason), "code": .integer(Int64(code)),
        ]
        object["details"] = (try? JSONValue(json: Array(details.utf8))) ?? .null
        return error(code, String(decoding: object.encoded(), as: UTF8.self))
    }

    @Test func notFound() {
        let error = error(
            404,
            #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"web\" not found","reason":"NotFound","details":{"name":"web","kind":"pods"},"code":404}"#
        )
        #expect(error.isNotFound)
        #expect(error.status?.kind == "pods")
        #expect(error.status?.name == "web")
        #expect(
            "\(error)"
                == "POST /x: the API server answers with status 404: pods \"web\" not found. Check the name and the namespace."
        )
    }

    @Test func conflictAndAlreadyExists() {
        let exists = status(409, "AlreadyExists", #"configmaps "a" already exists"#)
        #expect(exists.isAlreadyExists)
        #expect(!exists.isConflict)
        let conflict = status(
            409, "Conflict",
            #"Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again"#
        )
        #expect(conflict.isConflict)
        #expect(!conflict.isAlreadyExists)
    }

    @Test func forbiddenNamesWhatIsMissing() throws {
        let error = status(
            403, "Forbidden",
            #"pods "web" is forbidden: User "system:serviceaccount:team:ci" cannot create resource "pods/exec" in API group "" in the namespace "team""#,
            #"{"name":"web","kind":"pods"}"#)
        #expect(error.isForbidden)
        #expect(!error.isQuotaExceeded)
        #expect(!error.isAdmissionRefusal)
        let action = try #require(error.forbiddenAction)
        #expect(action.user == "system:serviceaccount:team:ci")
        #expect(action.verb == "create")
        #expect(action.resource == "pods/exec")
        #expect(action.group == "")
        #expect(action.namespace == "team")
        #expect(error.cure.contains("\"create\" on \"pods/exec\" in the namespace team"))
        let cluster = status(
            403, "Forbidden",
            #"deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "x" not found"#
        )
        #expect(cluster.forbiddenAction?.group == "apps")
        #expect(cluster.forbiddenAction?.namespace == nil)
        #expect(cluster.cure.contains("of apps in the whole cluster"))
    }

    @Test func quota() {
        let error = status(
            403, "Forbidden",
            #"pods "web" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2"#
        )
        #expect(error.isQuotaExceeded)
        #expect(error.isForbidden)
        #expect(!error.isAdmissionRefusal)
        #expect(error.forbiddenAction == nil)
    }

    @Test(arguments: [
        (400, "", #"admission webhook "policy.example.com" denied the request: no"#),
        (403, "Forbidden", #"admission webhook "policy.example.com" denied the request: no"#),
        (
            403, "Forbidden",
            #"pods "web" is forbidden: violates PodSecurity "restricted:latest": privileged (container "x" must not set securityContext.privileged=true)"#
        ),
        (
            403, "Forbidden",
            #"pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#
        ),
        (
            422, "Invalid",
            #"deployments.apps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: a"#
        ),
    ])
    func admission(_ code: Int, _ reason: String, _ message: String) {
        let error = status(code, reason, message)
        #expect(error.isAdmissionRefusal)
        #expect(!error.isQuotaExceeded)
    }

    @Test func invalidHasCauses() {
        let error = status(
            422, "Invalid", #"Pod "web" is invalid: spec.containers: Required value"#,
            #"{"name":"web","kind":"Pod","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.containers"}]}"#
        )
        #expect(error.isInvalid)
        #expect(
            error.status?.causes == [
                .init(reason: "FieldValueRequired", message: "Required value", field: "spec.containers")
            ])
    }

    @Test func gone() {
        #expect(status(410, "Expired", "too old resource version: 1 (2)").isGone)
        #expect(status(410, "Gone", "too old resource version: 1 (2)").isGone)
    }

    @Test func whatIsNoStatus() {
        let proxy = error(502, "<html>\nBad Gateway\n</html>\n", retryAfter: "7")
        #expect(proxy.status?.message == "<html> Bad Gateway </html>")
        #expect(proxy.status?.retryAfterSeconds == 7)
        #expect(error(500, "").description.contains("(no message)"))
        #expect(error(401, "Unauthorized").isUnauthorized)
    }

    @Test func eachConnectionFailureHasACure() {
        let causes: [ConnectionFailure.Cause] = [
            .refused, .unreachable(reason: "x"), .unknownHost, .unknownAuthority(issuer: "CN=x"),
            .nameMismatch(expected: "a", names: ["b"]), .certificateExpired(since: "x"),
            .certificateNotYetValid(until: "x"), .tls(reason: "x"), .notTLS, .proxy(reason: "x"),
            .lost(reason: "x"),
            .silent(.seconds(30)),
        ]
        for cause in causes {
            let error = KubernetesError.connection(
                ConnectionFailure(request: "GET /version", server: "https://h", cause: cause))
            #expect(error.description.hasPrefix("GET /version: cannot talk to the API server at https://h: "))
            #expect(!error.cure.isEmpty)
        }
    }
}

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy(attempts: 4, firstPause: .seconds(1), longestPause: .seconds(3))

    private func status(_ code: Int, retryAfter: Int64? = nil) -> KubernetesError {
        var status = APIStatus(request: "", code: code, body: [])
        status.retryAfterSeconds = retryAfter
        return .status(status)
    }

    private func connection(_ cause: ConnectionFailure.Cause) -> KubernetesError {
        .connection(ConnectionFailure(request: "", server: "", cause: cause))
    }

    private func repeats(_ error: KubernetesError, _ isRepeatable: Bool) -> Bool {
        policy.pause(after: error, attempt: 1, isRepeatable: isRepeatable) != nil
    }

    @Test func whatReadsIsRepeatedWhenItMayPass() {
        for error in [
            connection(.refused), connection(.lost(reason: "")), connection(.unreachable(reason: "")),
            status(429),
            status(503), status(502), status(504), status(500, retryAfter: 1),
        ] { #expect(repeats(error, true), "\(error)") }
        for error in [
            connection(.unknownHost), connection(.notTLS), connection(.tls(reason: "")), status(500),
            status(404),
            status(403), status(409), .timeout(what: "", after: .zero),
        ] { #expect(!repeats(error, true), "\(error)") }
    }

    @Test func whatWritesIsRepeatedOnlyWhenItWasNotDone() {
        for error in [
            connection(.refused), connection(.unreachable(reason: "")), status(429),
            status(503, retryAfter: 1),
            status(500, retryAfter: 1),
        ] { #expect(repeats(error, false), "\(error)") }
        for error in [
            connection(.lost(reason: "")), connection(.silent(.zero)), status(503), status(500), status(502),
            status(504), status(409),
        ] { #expect(!repeats(error, false), "\(error)") }
    }

    @Test func pausesGrowAndEnd() {
        let error = connection(.refused)
        func pause(_ attempt: Int, _ jitter: Double) -> Duration? {
            policy.pause(after: error, attempt: attempt, isRepeatable: true, jitter: jitter)
        }
        #expect(pause(1, 1) == .seconds(1))
        #expect(pause(1, 0) == .milliseconds(500))
        #expect(pause(2, 1) == .seconds(2))
        #expect(pause(3, 1) == .seconds(3))
        #expect(pause(4, 1) == nil)
        #expect(policy.backOff(attempt: 1000, jitter: 1) == .seconds(3))
        #expect(
            policy.pause(after: status(429, retryAfter: 20), attempt: 1, isRepeatable: false, jitter: 1)
                == .seconds(20))
        #expect(RetryPolicy.never.pause(after: error, attempt: 1, isRepeatable: true) == nil)
    }
}

import Doctor
import Testing

/// Answers of API servers as their sources write them. Those of Pods over quotas and bounds, of permissions and of
/// namespaces that go were seen on 1.20.2 too.
@Suite struct HostClusterRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var code = 403
        let message: String
        let refusal: HostClusterRefusal
        let summary: String
        let cure: String
        let check: String
        var testDescription: String { check }
    }

    static let cases = [
        Case(
            message:
                #"pods "kinkajou-a" is forbidden: violates PodSecurity "baseline:v1.36": hostPath volumes (volume "modules"), privileged (container "cluster" must not set securityContext.privileged=true)"#,
            refusal: .podSecurity(
                level: "baseline:v1.36",
                violations:
                    #"hostPath volumes (volume "modules"), privileged (container "cluster" must not set securityContext.privileged=true)"#
            ),
            summary:
                "the namespace ci enforces the Pod Security level baseline:v1.36, and the Pod of a cluster is privileged: hostPath",
            cure: "kubectl label namespace ci pod-security.kubernetes.io/enforce=privileged --overwrite, or",
            check: "kube-pod-security"),
        Case(
            message:
                #"pods "kinkajou-a" is forbidden: exceeded quota: compute, requested: limits.memory=4Gi,pods=1, used: limits.memory=6656Mi,pods=4, limited: limits.memory=8Gi,pods=4"#,
            refusal: .quota(
                name: "compute",
                shortages: [
                    .init(resource: "limits.memory", requested: "4Gi", used: "6656Mi", limited: "8Gi"),
                    .init(resource: "pods", requested: "1", used: "4", limited: "4"),
                ]),
            summary:
                "the ResourceQuota compute of the namespace ci has no room: limits.memory: 4Gi asked for, and 1.50Gi left (6656Mi of 8Gi in use); pods: 1 asked for, and 0 left (4 of 4 in use)",
            cure: "kubectl edit resourcequota compute -n ci", check: "kube-quota"),
        Case(
            message:
                #"pods "a" is forbidden: failed quota: compute: must specify requests.storage for: cluster"#,
            refusal: .quotaWants(name: "compute", values: "requests.storage for: cluster"),
            summary: "wants what the Pod does not set: requests.storage",
            cure: "describe resourcequota compute -n ci",
            check: "kube-quota"),
        Case(
            message:
                #"pods "a" is forbidden: status unknown for quota: compute, resources: limits.cpu, pods"#,
            refusal: .quotaNotCounted(name: "compute"),
            summary: "ResourceQuota compute of the namespace ci is not",
            cure: "try again", check: "kube-quota"),
        // A policy that says nothing of its own, and a webhook that gives no reason.
        Case(
            code: 422,
            message:
                #"pods "a" is forbidden: ValidatingAdmissionPolicy 'demo-policy.example.com' with binding 'demo-binding-test.example.com' denied request: failed expression: object.spec.containers.all(c, !c.securityContext.privileged)"#,
            refusal: .policy(
                name: "demo-policy.example.com",
                message: "failed expression: object.spec.containers.all(c, !c.securityContext.privileged)"),
            summary: "refuses the Pod: failed expression", cure: "demo-policy.example.com",
            check: "kube-admission"),
        Case(
            code: 400, message: #"admission webhook "w.example.com" denied the request without explanation"#,
            refusal: .webhook(name: "w.example.com", message: "denied the request without explanation"),
            summary: "w.example.com refuses it: denied", cure: "excepted", check: "kube-admission"),
        Case(
            message:
                #"pods "a" is forbidden: memory max limit to request ratio per Container is 2, but provided ratio is 4.000000"#,
            refusal: .limitRange(bounds: [
                "memory max limit to request ratio per Container is 2, but provided ratio is 4.000000"
            ]), summary: "ratio per Container is 2", cure: "describe limitrange", check: "kube-limit-range"),
        Case(
            message: #"pods "a" is forbidden: maximum memory usage per Pod is 1Gi.  No limit is specified"#,
            refusal: .limitRange(bounds: ["maximum memory usage per Pod is 1Gi.  No limit is specified"]),
            summary: "No limit is specified", cure: "--memory", check: "kube-limit-range"),
        Case(
            message:
                #"pods "a" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 4Gi]"#,
            refusal: .limitRange(bounds: [
                "maximum cpu usage per Container is 1, but limit is 2",
                "maximum memory usage per Container is 1Gi, but limit is 4Gi",
            ]),
            summary:
                "a LimitRange of the namespace ci refuses the Pod: maximum cpu usage per Container is 1, but limit is 2; maximum",
            cure: "kubectl describe limitrange -n ci", check: "kube-limit-range"),
        Case(
            message:
                #"pods "a" is forbidden: minimum memory usage per Container is 1Gi, but request is 512Mi"#,
            refusal: .limitRange(bounds: ["minimum memory usage per Container is 1Gi, but request is 512Mi"]),
            summary: "minimum memory usage per Container is 1Gi", cure: "--memory", check: "kube-limit-range"),
        Case(
            code: 422,
            message:
                #"pods "a" is forbidden: ValidatingAdmissionPolicy 'no-privileged.example.com' with binding 'everywhere' denied request: privileged Pods are for administrators"#,
            refusal: .policy(
                name: "no-privileged.example.com", message: "privileged Pods are for administrators"),
            summary:
                "the admission policy no-privileged.example.com refuses the Pod: privileged Pods are for administrators",
            cure: "no-privileged.example.com", check: "kube-admission"),
        Case(
            code: 400,
            message:
                #"admission webhook "validate.kyverno.svc-fail" denied the request: policy Pod/ci/a for resource violation"#,
            refusal: .webhook(
                name: "validate.kyverno.svc-fail", message: "policy Pod/ci/a for resource violation"),
            summary:
                "the admission webhook validate.kyverno.svc-fail refuses it: policy Pod/ci/a for resource violation",
            cure: "excepted", check: "kube-admission"),
        Case(
            code: 500,
            message:
                #"Internal error occurred: failed calling webhook "mutate.example.com": failed to call webhook: Post "https://m.default.svc:443/?timeout=10s": no endpoints available for service "m""#,
            refusal: .webhookUnreachable(
                name: "mutate.example.com",
                message:
                    #"failed to call webhook: Post "https://m.default.svc:443/?timeout=10s": no endpoints available for service "m""#
            ), summary: "has to be asked, and does not answer", cure: "webhookconfigurations",
            check: "kube-admission"),
        Case(
            message:
                #"pods is forbidden: User "system:serviceaccount:ci:runner" cannot create resource "pods" in API group "" in the namespace "ci""#,
            refusal: .permission(user: "system:serviceaccount:ci:runner", verb: "create", resource: "pods"),
            summary: "the user \"system:serviceaccount:ci:runner\" may not create pods in the namespace ci",
            cure: "kubectl apply -n ci -f deploy/rbac.yaml", check: "kube-permissions"),
        Case(
            message:
                #"pods "a" is forbidden: unable to create new content in namespace ci because it is being terminated"#,
            refusal: .namespaceTerminating(name: "ci"), summary: "the namespace ci is being deleted",
            cure: "wait", check: "kube-namespace"),
        Case(
            code: 404, message: #"namespaces "ci" not found"#, refusal: .namespaceMissing(name: "ci"),
            summary: "there is no namespace ci", cure: "kubectl create namespace ci", check: "kube-namespace"),
        Case(
            message:
                #"pods "a" is forbidden: error looking up service account ci/x: serviceaccount "x" not found"#,
            refusal: .serviceAccountMissing(name: "x"), summary: "no service account x",
            cure: "--service-account",
            check: "kube-admission"),
        Case(
            message: #"pods "a" is forbidden: unable to validate against any pod security policy: []"#,
            refusal: .podSecurityPolicy, summary: "no PodSecurityPolicy", cure: "privileged: true",
            check: "kube-pod-security-policy"),
        Case(
            code: 401, message: "Unauthorized", refusal: .unauthorized,
            summary: "does not accept the credentials",
            cure: "log in", check: "kube-answers"),
    ]

    @Test(arguments: cases)
    func isToldApart(_ known: Case) throws {
        let refusal = try #require(HostClusterRefusal(code: known.code, message: known.message))
        #expect(refusal == known.refusal)
        #expect(
            refusal.summary(namespace: "ci").contains(known.summary), "\(refusal.summary(namespace: "ci"))")
        #expect(refusal.cure(namespace: "ci").contains(known.cure), "\(refusal.cure(namespace: "ci"))")
        #expect(refusal.check == known.check)
        #expect(Check.named(refusal.check) != nil)
    }

    @Test(arguments: [
        "", "pods \"a\" already exists", "exceeded", "User \"", "violates PodSecurity \"",
        "AdmissionPolicy '",
    ])
    func othersAreNone(message: String) {
        #expect(HostClusterRefusal(code: 409, message: message) == nil)
    }

    @Test(arguments: [
        ("2", "4", "2"), ("1500m", "4", "2.50"), ("0", "10Gi", "10Gi"), ("512Mi", "1Gi", "0.50Gi"),
        ("9", "8", "0"), ("x", "1", "?"),
    ])
    func whatIsLeft(used: String, limited: String, left: String) {
        #expect(
            HostClusterRefusal.Shortage(resource: "r", requested: "1", used: used, limited: limited).left
                == left)
    }
}

import ClusterSpec
import Console
import KubernetesAPI
import KubernetesTestSupport
import NIOCore
import Synchronization
import Testing
import Values

@testable import NestedCluster

/// How ready a cluster is, from what its API server says.
@Suite struct ReadinessTests {
    private func node(_ name: String, ready: String, images: [JSONValue] = []) -> JSONValue {
        [
            "metadata": ["name": .string(name)],
            "status": [
                "conditions": [["type": "Ready", "status": .string(ready), "reason": "KubeletNotReady"]],
                "images": .array(images),
            ],
        ]
    }

    @Test func everyPlannedNodeHasToBeReady() {
        func roll(_ planned: [String], _ nodes: [JSONValue]) -> NodeRoll {
            NodeRoll(planned: planned, nodes: nodes)
        }
        #expect(roll(["a"], [node("a", ready: "True")]).isComplete)
        #expect(roll(["a"], []).summary == "a has not joined the cluster")
        #expect(
            roll(
                ["a", "b", "c"],
                [node("c", ready: "Unknown"), node("a", ready: "True"), node("b", ready: "False")]
            )
            .summary == "b is not Ready (KubeletNotReady); c is not Ready (KubeletNotReady)")
        #expect(
            roll(["new"], [["metadata": ["name": "new"]]]).summary == "new is not Ready (no reason is given)")
    }

    @Test func thePauseImageIsOneThatANodeHas() {
        let digest: JSONValue = ["names": ["registry.k8s.io/pause@sha256:1", "registry.k8s.io/pause:3.9"]]
        #expect(
            ReadinessLook.pauseImage(of: [node("a", ready: "True", images: [["names": ["x"]], digest])])
                == "registry.k8s.io/pause:3.9")
        #expect(
            ReadinessLook.pauseImage(of: [node("a", ready: "True", images: [["names": ["a/pause@sha256:1"]]])]
            )
                == "a/pause@sha256:1")
        #expect(ReadinessLook.pauseImage(of: [node("a", ready: "True")]) == nil)
        // As a node of today reports its images: no k8s.gcr.io, and CoreDNS in a directory of its own.
        let images: [JSONValue] = [
            "registry.k8s.io/kube-apiserver:v1.36.2", "registry.k8s.io/etcd:3.6.6-0",
            "registry.k8s.io/coredns/coredns:v1.12.4", "docker.io/kindest/kindnetd:v20260528-a1b2c3d4",
            "registry.k8s.io/pause:3.10.1",
        ].map { ["names": [.string($0)]] }
        #expect(
            ReadinessLook.pauseImage(of: [node("a", ready: "True", images: images)])
                == "registry.k8s.io/pause:3.10.1")
    }

    static let pods: [(pod: JSONValue, isFine: Bool, trouble: String)] = [
        (["status": ["phase": "Succeeded"]], true, "Succeeded"),
        (
            ["status": ["phase": "Running", "containerStatuses": [["name": "c", "ready": true]]]], true,
            "Running"
        ),
        (
            [
                "status": [
                    "phase": "Pending",
                    "containerStatuses": [
                        [
                            "name": "c", "ready": false,
                            "state": ["waiting": ["reason": "ErrImagePull", "message": "x"]],
                        ]
                    ],
                ]
            ], false, "c ErrImagePull: x"
        ),
        (
            [
                "status": [
                    "phase": "Running", "containerStatuses": [["name": "c", "ready": false, "state": [:]]],
                ]
            ],
            false, "c is not ready"
        ),
        (
            [
                "status": [
                    "phase": "Pending",
                    "conditions": [
                        [
                            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                            "message": "no cpu",
                        ]
                    ],
                ]
            ], false, "Unschedulable: no cpu"
        ),
        ([:], false, "unknown"),
    ]

    @Test(arguments: pods.indices)
    func whatIsWrongWithAPod(index: Int) {
        let (pod, isFine, trouble) = Self.pods[index]
        #expect(ReadinessLook.isFine(pod) == isFine)
        #expect(ReadinessLook.trouble(of: pod) == trouble)
    }

    /// An API server with answers by method and path; a watch gets its lines and stays open.
    private func climb(
        to level: ReadinessLevel, within limit: Duration, planned: [String] = ["a"], isAlone: Bool = false,
        _ answers: @escaping @Sendable (String, Int) -> (status: Int, lines: [String])
    ) async throws -> [String] {
        let asked = Mutex<[String]>([])
        try await StubServer.with { exchange in
            let path = exchange.request.target
            let isWatch = path.contains("watch=true")
            let plain = path.prefix { $0 != "?" }
            let body = String(buffer: try await exchange.body())
            let key = "\(exchange.request.method) \(plain)\(isWatch ? " watch" : "")"
            let count = asked.withLock { asked in
                asked.append(body.isEmpty ? key : "\(key) \(body)")
                return asked.count { $0.hasPrefix(key) }
            }
            let (status, lines) = answers(key, count)
            try await exchange.head(
                status, isWatch ? [:] : ["Content-Length": "\(lines.joined().utf8.count)"])
            for line in lines { try await exchange.write(line + (isWatch ? "\n" : "")) }
            if isWatch, status == 200 { try await exchange.waitForClient() }
            try await exchange.end()
        } body: { stub in
            try await KubernetesClient(
                ClientConfiguration(server: "http://127.0.0.1:\(stub.port)"), userAgent: "test",
                retries: RetryPolicy(
                    attempts: 1, firstPause: .milliseconds(1), longestPause: .milliseconds(1))
            ).use { client in
                let ladder = ReadinessLadder(
                    client: client, progress: Progress(isQuiet: true), deadline: .now + limit, limit: limit,
                    plannedNodes: planned, inspector: nil)
                if isAlone { try await ladder.wait(for: level) } else { try await ladder.climb(to: level) }
            }
        }
        return asked.withLock { $0 }
    }

    /// A node that never registers is known by the plan alone.
    @Test func aNodeThatNeverJoinsIsWaitedForAndNamed() async throws {
        let error = await #expect(throws: KinkajouError.self) {
            try await climb(to: .node, within: .seconds(3), planned: ["a", "b"]) { key, _ in
                switch key {
                case "GET /api/v1/nodes":
                    (
                        200,
                        [
                            #"{"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "a", "uid": "u"},"#
                                + #" "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]}"#
                        ]
                    )
                case "GET /api/v1/nodes watch": (200, [])
                default: (200, ["ok"])
                }
            }
        }
        #expect(error?.code == .timedOut)
        #expect(error?.summary.hasSuffix("b has not joined the cluster") == true, "\(error?.summary ?? "")")
    }

    /// The API server refuses at first; a node comes, and becomes ready: seen by one watch, not by asking again.
    @Test func nodesAreWatched() async throws {
        let asked = try await climb(to: .node, within: .seconds(30)) { key, count in
            switch key {
            case "GET /readyz": (count < 3 ? 500 : 200, ["ok"])
            case "GET /api/v1/nodes":
                (200, [#"{"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": []}"#])
            case "GET /api/v1/nodes watch":
                (
                    200,
                    [
                        #"{"type": "ADDED", "object": {"metadata": {"name": "a", "uid": "u", "resourceVersion": "2"}}}"#,
                        #"{"type": "MODIFIED", "object": {"metadata": {"name": "a", "uid": "u", "resourceVersion": "3"},"#
                            + #" "status": {"conditions": [{"type": "Ready", "status": "True"}]}}}"#,
                    ]
                )
            default: (404, ["{}"])
            }
        }
        #expect(asked.count { $0 == "GET /readyz" } == 3)
        #expect(asked.count { $0.hasSuffix("watch") } == 1)
        #expect(!asked.contains { $0.contains("coredns") }, "DNS was not asked for")
    }

    /// Pod Security can demand "restricted" of every namespace: any Pod of a user's that runs there keeps to it too.
    @Test(arguments: [false, true])
    func aPodThatIsRefusedIsTriedRestricted(isRefusedTwice: Bool) async throws {
        let refusal =
            #"{"kind": "Status", "reason": "Forbidden", "code": 403, "message": "violates PodSecurity"}"#
        let pod = #"{"metadata": {"name": "kinkajou-first-pod", "uid": "u", "resourceVersion": "2"}}"#
        let done = pod.dropLast() + #", "status": {"phase": "Succeeded"}}"#
        let answers: @Sendable (String, Int) -> (status: Int, lines: [String]) = { key, count in
            switch key {
            case "GET /api/v1/nodes":
                (
                    200,
                    [
                        #"{"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": [{"status": {"images": "#
                            + #"[{"names": ["registry.k8s.io/pause:3.10"]}]}}]}"#
                    ]
                )
            case "POST /api/v1/namespaces/default/pods":
                count == 1 || isRefusedTwice ? (403, [refusal]) : (201, [pod])
            case "GET /api/v1/namespaces/default/pods":
                (200, [#"{"kind": "PodList", "metadata": {"resourceVersion": "2"}, "items": [\#(done)]}"#])
            case "GET /api/v1/namespaces/default/pods watch": (200, [])
            default: (404, ["{}"])
            }
        }
        if isRefusedTwice {
            let error = await #expect(throws: KinkajouError.self) {
                _ = try await climb(to: .pod, within: .seconds(2), isAlone: true, answers)
            }
            #expect(error?.summary.contains("violates PodSecurity") == true, "\(error?.summary ?? "")")
        } else {
            let asked = try await climb(to: .pod, within: .seconds(30), isAlone: true, answers)
            let made = asked.filter { $0.hasPrefix("POST") }
            #expect(made.count == 2)
            #expect(made.first?.contains("securityContext") == false)
            for demand in [
                #""allowPrivilegeEscalation":false"#, #""drop":["ALL"]"#, #""runAsNonRoot":true"#,
                #""seccompProfile":{"type":"RuntimeDefault"}"#,
            ] {
                #expect(made.last?.contains(demand) == true, "\(demand)")
            }
        }
    }

    @Test func whatIsMissingIsSaidWhenTheTimeIsOver() async throws {
        let error = await #expect(throws: KinkajouError.self) {
            _ = try await climb(to: .node, within: .seconds(3)) { key, _ in
                switch key {
                case "GET /readyz": (200, ["ok"])
                case "GET /api/v1/nodes":
                    (
                        200,
                        [
                            #"{"kind": "NodeList", "metadata": {"resourceVersion": "1"}, "items": [{"metadata": {"name": "a", "uid": "u"}}]}"#
                        ]
                    )
                case "GET /api/v1/nodes watch": (200, [])
                default: (404, ["{}"])
                }
            }
        }
        #expect(error?.code == .timedOut)
        #expect(error?.summary.contains("level node was not reached") == true)
        #expect(error?.summary.contains("a is not Ready") == true)
        #expect(error?.evidence.first?.hasPrefix("node a is not Ready") == true)
    }

    /// As kubeadm writes it for CoreDNS 1.12 and later: the probe's port has a name, and its interval is left to the API
    /// server, or to what is no API server and sets none.
    @Test(
        arguments: [
            (#""periodSeconds": 10, "#, 10), ("", 10), (nil, nil),
        ] as [(String?, Int64?)])
    func theProbeOfTodaysCoreDNSIsRead(period: String?, expected: Int64?) async throws {
        let probe =
            period.map {
                #", "readinessProbe": {\#($0)"httpGet": {"path": "/ready", "port": "readiness-probe", "scheme": "HTTP"}}"#
            } ?? ""
        let deployment =
            #"{"spec": {"template": {"spec": {"containers": [{"name": "coredns", "image": "registry.k8s.io/coredns/coredns:v1.12.4"\#(probe)}]}}}}"#
        let shortened = try await StubServer.with { exchange in
            try await exchange.answer(200, deployment)
        } body: { stub -> (Int64?, [String]) in
            let period = try await KubernetesClient(
                ClientConfiguration(server: "http://127.0.0.1:\(stub.port)"), userAgent: "test"
            ).use { try await DNSProbe(client: $0).shorten() }
            return (period, stub.requests.map(\.method))
        }
        #expect(shortened.0 == expected)
        // Without a probe nothing is changed.
        #expect(shortened.1 == (expected == nil ? ["GET"] : ["GET", "PATCH"]))
    }

    /// The interval of CoreDNS's probe is as kubeadm left it afterwards, and its Pods are those that were waited for: the
    /// Deployment is paused until the ReplicaSet that has them has its template again.
    @Test func theProbeOfCoreDNSIsPutBackUnderItsPods() async throws {
        let asked = try await restore(activeSets: 1)
        #expect(
            asked.map { $0.prefix { $0 != "?" } } == [
                "PATCH deployments/coredns", "GET replicasets", "PATCH replicasets/new",
                "DELETE replicasets/old", "DELETE pods",
                "PATCH deployments/coredns",
            ])
        #expect(asked[0].contains(#""paused":true"#) && asked[0].contains(#""periodSeconds":7}"#), "\(asked)")
        #expect(asked[2].contains(#""periodSeconds":7}"#), "\(asked)")
        #expect(asked[3].contains(#""uid":"3""#), "\(asked)")
        #expect(asked[4].contains("pod-template-hash"), "\(asked)")
        #expect(asked[4].contains(#""gracePeriodSeconds":0"#), "\(asked)")
        #expect(asked[5].contains(#""paused":null"#), "\(asked)")
    }

    /// Two ReplicaSets with Pods are a replacement that is going on: it goes on. And the Deployment does not stay paused.
    @Test func aDeploymentDoesNotStayPaused() async throws {
        let replacing = try await restore(activeSets: 2)
        #expect(
            replacing.map { $0.prefix { $0 != "?" } } == [
                "PATCH deployments/coredns", "GET replicasets", "PATCH deployments/coredns",
            ])
        let failed = try await restore(activeSets: 1, setsAreRefused: true)
        #expect(failed.last?.contains(#""paused":null"#) == true, "\(failed)")
    }

    /// The requests of a restoration: the last part of each path, the query and the body.
    private func restore(activeSets: Int, setsAreRefused: Bool = false) async throws -> [String] {
        let asked = Mutex<[String]>([])
        let owner = #""ownerReferences": [{"uid": "1"}]"#
        let sets = """
            {"kind": "ReplicaSetList", "metadata": {"resourceVersion": "1"}, "items": [
            {"metadata": {"name": "new", "uid": "2", \(owner)}, "spec": {"replicas": 2}},
            {"metadata": {"name": "old", "uid": "3", "labels": {"pod-template-hash": "a1b2"}, \(owner)}, "spec": {"replicas": \(activeSets - 1)}},
            {"metadata": {"name": "another", "uid": "4", "ownerReferences": [{"uid": "5"}]}, "spec": {"replicas": 0}}]}
            """
        try await StubServer.with { exchange in
            let body = String(buffer: try await exchange.body())
            let target = exchange.request.target
            let path = target.split(separator: "/kube-system/").last ?? ""
            asked.withLock { $0.append("\(exchange.request.method) \(path)?\(body)") }
            let isRefused = target.contains("replicasets") && setsAreRefused
            let answer =
                isRefused
                ? #"{"kind": "Status", "reason": "Forbidden", "code": 403}"#
                : exchange.request.method == "GET" ? sets : #"{"metadata": {"uid": "1"}}"#
            try await exchange.head(isRefused ? 403 : 200, ["Content-Length": "\(answer.utf8.count)"])
            try await exchange.write(answer)
            try await exchange.end()
        } body: { stub in
            try await KubernetesClient(
                ClientConfiguration(server: "http://127.0.0.1:\(stub.port)"), userAgent: "test"
            ).use { client in
                if setsAreRefused {
                    await #expect(throws: KubernetesError.self) {
                        try await DNSProbe(client: client).restore(7)
                    }
                } else {
                    try await DNSProbe(client: client).restore(7)
                }
            }
        }
        return asked.withLock { $0 }
    }
}

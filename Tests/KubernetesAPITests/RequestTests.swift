import KubernetesTestSupport
import NIOCore
import Synchronization
import Testing
import Values

@testable import KubernetesAPI

/// A client of a stub, with short pauses.
@discardableResult
func withClient<Result: Sendable>(
    _ stub: StubServer, credential: Credential = Credential(), impersonation: Impersonation? = nil,
    _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    try await withClient(
        ClientConfiguration(
            server: "http://127.0.0.1:\(stub.port)", credential: credential, impersonation: impersonation),
        body)
}

@discardableResult
func withClient<Result: Sendable>(
    _ configuration: ClientConfiguration, _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    try await KubernetesClient(
        configuration, userAgent: "test/1",
        retries: RetryPolicy(attempts: 4, firstPause: .milliseconds(1), longestPause: .milliseconds(10))
    ).use(body)
}

@Suite struct RequestTests {
    @Test func whatIsSent() async throws {
        let bodies = Mutex<[String]>([])
        try await StubServer.with { exchange in
            let body = String(buffer: try await exchange.body())
            bodies.withLock { $0.append(body) }
            try await exchange.head(200)
            try await exchange.write("{\"metadata\":{\"name\":\"a\"}}")
            try await exchange.end()
        } body: { stub in
            let credential = Credential(authorization: .token(Secret("abc")))
            try await withClient(
                stub, credential: credential,
                impersonation: Impersonation(user: "jane", groups: ["g1", "g2"])
            ) { client in
                _ = try await client.get(.pods, "web", namespace: "team")
                _ = try await client.create(.configMaps, ["metadata": ["name": "a"]], dryRun: true)
                _ = try await client.patch(
                    .deployments, "web", namespace: "team", ["a": 1],
                    type: .apply(fieldManager: "kinkajou", force: true), subresource: "status")
                _ = try await client.delete(
                    .nodes, "n", propagation: .orphan, gracePeriodSeconds: 0, uid: "u")
                try await client.deleteCollection(.secrets, namespace: "team", labels: "a=b,c")
                _ = try await client.replace(.namespaces, ["metadata": ["name": "n"]])
            }
            let requests = stub.requests
            #expect(
                requests.map { "\($0.method) \($0.target)" } == [
                    "GET /api/v1/namespaces/team/pods/web",
                    "POST /api/v1/namespaces/default/configmaps?dryRun=All",
                    "PATCH /apis/apps/v1/namespaces/team/deployments/web/status?fieldManager=kinkajou&force=true",
                    "DELETE /api/v1/nodes/n",
                    "DELETE /api/v1/namespaces/team/secrets?labelSelector=a%3Db%2Cc",
                    "PUT /api/v1/namespaces/n",
                ])
            #expect(requests.allSatisfy { $0.headers["authorization"] == "Bearer abc" })
            #expect(requests.allSatisfy { $0.headers["impersonate-group"] == "g1,g2" })
            #expect(requests.allSatisfy { $0.headers["user-agent"] == "test/1" })
            #expect(requests.allSatisfy { $0.headers["host"] == "127.0.0.1:\(stub.port)" })
            #expect(requests[2].headers["content-type"] == "application/apply-patch+yaml")
            let sent = bodies.withLock { $0 }
            #expect(sent[1] == #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#)
            #expect(sent[2] == #"{"a":1,"apiVersion":"apps/v1","kind":"Deployment"}"#)
            #expect(
                sent[3]
                    == #"{"apiVersion":"v1","gracePeriodSeconds":0,"kind":"DeleteOptions","preconditions":{"uid":"u"},"propagationPolicy":"Orphan"}"#
            )
        }
    }

    @Test(arguments: ["", ".", "..", "a/b", "a%2fb", "a\0"])
    func namesThatWouldAddressSomethingElse(_ name: String) async throws {
        let configuration = ClientConfiguration(server: "http://127.0.0.1:1")
        try await withClient(configuration) { client in
            await #expect(throws: KubernetesError.invalidName(name)) { try await client.get(.pods, name) }
            await #expect(throws: KubernetesError.invalidName(name)) {
                try await client.delete(.pods, "x", namespace: name)
            }
        }
    }

    @Test func listsArePagedAndFallBack() async throws {
        @Sendable func page(_ names: [String], _ token: String) -> String {
            let items = names.map { "{\"metadata\":{\"name\":\"\($0)\"}}" }.joined(separator: ",")
            return
                #"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"\#(token)"},"items":[\#(items)]}"#
        }
        try await StubServer.with { exchange in
            switch exchange.request.target {
            case "/api/v1/pods?limit=500": try await exchange.answer(200, page(["a", "b"], "t"))
            case "/api/v1/pods?limit=500&continue=t": try await exchange.answer(200, page(["c"], ""))
            case "/api/v1/nodes?limit=500": try await exchange.answer(200, page(["a"], "old"))
            case "/api/v1/nodes?limit=500&continue=old":
                try await exchange.answer(410, #"{"kind":"Status","code":410,"reason":"Expired"}"#)
            case "/api/v1/nodes": try await exchange.answer(200, page(["x", "y"], ""))
            case "/api/v1/secrets?limit=500":
                try await exchange.answer(
                    200, #"{"kind":"SecretList","metadata":{"resourceVersion":"9"},"items":null}"#)
            default: try await exchange.answer(200, "{}")
            }
        } body: { stub in
            try await withClient(stub) { client in
                let pods = try await client.list(.pods)
                #expect(pods.items.map { $0["metadata"]["name"] } == ["a", "b", "c"])
                #expect(pods.items.allSatisfy { $0["kind"] == "Pod" && $0["apiVersion"] == "v1" })
                #expect(pods.resourceVersion == "7")
                let nodes = try await client.list(.nodes)
                #expect(nodes.items.map { $0["metadata"]["name"] } == ["x", "y"])
                #expect(try await client.list(.secrets) == ObjectList(items: [], resourceVersion: "9"))
                await #expect(throws: KubernetesError.self) { try await client.list(.services) }
            }
        }
    }

    @Test func readingIsRepeated() async throws {
        try await StubServer.with { exchange in
            switch exchange.number {
            case 0: exchange.hangUp()
            case 1: try await exchange.answer(429, "", ["Retry-After": "0"])
            case 2: try await exchange.answer(503)
            default: try await exchange.answer(200, "{\"a\":1}")
            }
        } body: { stub in
            try await withClient(stub) { client in
                let node = try await client.get(.nodes, "n")
                #expect(node == ["a": 1])
            }
            #expect(stub.requests.count == 4)
        }
    }

    @Test func writingIsNotRepeatedBlindly() async throws {
        try await StubServer.with { exchange in
            exchange.hangUp()
        } body: { stub in
            try await withClient(stub) { client in
                let error = await #expect(throws: KubernetesError.self) {
                    try await client.create(.nodes, ["metadata": ["name": "a"]])
                }
                guard case .connection(let failure) = error, case .lost = failure.cause else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            #expect(stub.requests.count == 1)
        }
        // With too much to do, the server has surely not done it.
        try await StubServer.with { exchange in
            if exchange.number == 0 {
                try await exchange.answer(429, "", ["Retry-After": "0"])
            } else {
                try await exchange.answer(201, "{}")
            }
        } body: { stub in
            try await withClient(stub) { client in
                _ = try await client.create(.nodes, ["metadata": ["name": "a"]])
            }
            #expect(stub.requests.count == 2)
        }
    }

    @Test func aRefusedCredentialIsRenewedOnce() async throws {
        try await withTemporaryDirectory { folder in
            try writeFile(folder + "/token", "old")
            try await StubServer.with { exchange in
                if exchange.request.headers["authorization"] == "Bearer new" {
                    try await exchange.answer(200, "{}")
                } else {
                    // As a rotation that comes between.
                    try writeFile(
                        folder + "/token", exchange.request.target.hasSuffix("/a") ? "new" : "worse")
                    try await exchange.answer(401, #"{"kind":"Status","code":401,"reason":"Unauthorized"}"#)
                }
            } body: { stub in
                try await withClient(
                    stub, credential: Credential(authorization: .tokenFile(folder + "/token"))
                ) { client in
                    #expect(try await client.get(.nodes, "a") == [:])
                    #expect(stub.requests.count == 2)
                    try writeFile(folder + "/token", "bad")
                    let error = await #expect(throws: KubernetesError.self) {
                        try await client.get(.nodes, "b")
                    }
                    #expect(error?.isUnauthorized == true)
                    #expect(stub.requests.count == 4)
                    #expect(error?.description.contains("worse") == false)
                }
            }
        }
    }

    @Test func cancellationEndsARequestAtOnce() async throws {
        try await StubServer.with { exchange in
            try await exchange.waitForClient()
        } body: { stub in
            try await withClient(stub) { client in
                let request = Task { try await client.get(.nodes, "n") }
                try await waitUntil("the request") { stub.requests.count == 1 }
                let start = ContinuousClock.now
                request.cancel()
                await #expect(throws: CancellationError.self) { try await request.value }
                #expect(ContinuousClock.now - start < .seconds(20))
            }
        }
    }

    @Test func everyRequestHasABound() async throws {
        try await StubServer.with { exchange in
            // The head comes, and the body never ends.
            if exchange.request.target.hasSuffix("/b") { try await exchange.head(200) }
            try await exchange.waitForClient()
        } body: { stub in
            try await withClient(stub) { client in
                for path in ["/a", "/b"] {
                    await #expect(
                        throws: KubernetesError.timeout(what: "GET \(path)", after: .milliseconds(200))
                    ) { try await client.request(APIRequest(.get, path), timeout: .milliseconds(200)) }
                }
            }
        }
    }

    @Test func whatCannotBeReached() async throws {
        let port = try await StubServer.with(handler: { _ in }, body: { $0.port })
        try await withClient(ClientConfiguration(server: "http://127.0.0.1:\(port)")) { client in
            let error = await #expect(throws: KubernetesError.self) { try await client.version() }
            #expect(error?.description.contains("nobody listens there") == true)
        }
        try await withClient(ClientConfiguration(server: "https://no-such-host.invalid")) { client in
            let error = await #expect(throws: KubernetesError.self) { try await client.version() }
            #expect(error?.description.contains("there is no host of that name") == true)
        }
    }

    @Test func whatIsNoAPIServer() async throws {
        try await StubServer.with { exchange in
            try await exchange.answer(200, "<html>")
        } body: { stub in
            try await withClient(stub) { client in
                let error = await #expect(throws: KubernetesError.self) { try await client.version() }
                #expect(error?.description.contains("the answer cannot be understood") == true)
            }
        }
    }

    @Test func versionsAndReviews() async throws {
        try await StubServer.with { exchange in
            if exchange.request.target == "/version" {
                try await exchange.answer(200, #"{"major":"1","minor":"31+","gitVersion":"v1.31.2-eks"}"#)
            } else {
                try await exchange.answer(201, #"{"status":{"allowed":false,"reason":"no"}}"#)
            }
        } body: { stub in
            try await withClient(stub) { client in
                let version = try await client.version()
                #expect(version.major == 1 && version.minor == 31 && version.gitVersion == "v1.31.2-eks")
                let review = try await client.accessReview(
                    verb: "create", resource: .pods, subresource: "exec")
                #expect(review == AccessReview(isAllowed: false, reason: "no"))
            }
        }
    }

    @Test func logsAreReadAsTheyAreConsumed() async throws {
        try await StubServer.with { exchange in
            _ = try await exchange.body()
            try await exchange.head(200)
            for number in 0..<100 { try await exchange.write("line \(number)\n") }
            try await exchange.end()
        } body: { stub in
            try await withClient(stub) { client in
                var text = ""
                for try await chunk in client.logs(
                    pod: "p", namespace: "n", container: "c", tailLines: 5, previous: true, sinceSeconds: 9)
                { text += String(buffer: chunk) }
                #expect(text.hasPrefix("line 0\n"))
                #expect(text.hasSuffix("line 99\n"))
            }
            #expect(
                stub.requests.map(\.target) == [
                    "/api/v1/namespaces/n/pods/p/log?container=c&tailLines=5&previous=true&sinceSeconds=9"
                ])
        }
    }

    /// A consumer that stops reading stops the server.
    @Test func logsHaveBackPressure() async throws {
        let written = Counter()
        try await StubServer.with { exchange in
            _ = try await exchange.body()
            try await exchange.head(200)
            let line = String(repeating: "x", count: 1 << 20)
            for _ in 0..<64 {
                try await exchange.write(line)
                written.add(1)
            }
            try await exchange.end()
        } body: { stub in
            try await withClient(stub) { client in
                var iterator = client.logs(pod: "p", follow: true).makeAsyncIterator()
                _ = try await iterator.next()
                var last = -1
                // Until no more is taken from the server.
                while written.value != last {
                    last = written.value
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(last < 56)
                var bytes = 0
                while let chunk = try await iterator.next() { bytes += chunk.readableBytes }
                #expect(bytes > 40 << 20)
            }
        }
    }

    @Test func anAbandonedLogEndsItsRequest() async throws {
        let ended = Counter()
        try await StubServer.with { exchange in
            try await exchange.head(200)
            try await exchange.write("x")
            defer { ended.add() }
            try await exchange.waitForClient()
            try await exchange.waitForClient()
        } body: { stub in
            try await withClient(stub) { client in
                for try await _ in client.logs(pod: "p", follow: true) { break }
                try await waitUntil("the request's end") { ended.value == 1 }
            }
        }
    }
}

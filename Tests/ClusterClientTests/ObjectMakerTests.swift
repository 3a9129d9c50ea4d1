import ClusterSpec
import KubernetesAPI
import KubernetesTestSupport
import Testing
import Values

@testable import ClusterClient

/// Each object is made exactly once, and nothing of anybody else's is taken or deleted, in whatever order things happen.
@Suite struct ObjectMakerTests {
    private static let secrets = "/api/v1/namespaces/ci/secrets"
    private static let path = secrets + "/kinkajou-x-kubeconfig"

    private static let spec: ClusterSpec = {
        var spec = ClusterSpec()
        spec.name = "x"
        return spec
    }()

    private func secret(creation: String, owner: String) -> JSONValue {
        ClusterObjects(Self.spec, namespace: "ci", creation: creation).kubeconfig(
            creation,
            owner: ["apiVersion": "v1", "kind": "Pod", "name": "kinkajou-x", "uid": .string(owner)])
    }

    private func maker(_ client: KubernetesClient, creation: String = "new") -> ObjectMaker {
        ObjectMaker(
            client: client, namespace: "ci", cluster: "x", creation: creation, place: "there",
            limit: .seconds(10))
    }

    private func make(_ objects: StubObjects) async throws -> JSONValue {
        let secret = secret(creation: "new", owner: "pod-new")
        return try await objects.serve { client, _ in
            try await maker(client).make(.secrets, secret, pod: "pod-new")
        }
    }

    private func stored(_ objects: StubObjects) -> String? {
        objects.objects[Self.path]?["stringData"]["kubeconfig"].string
    }

    @Test(arguments: [
        StubObjects.Fault.carriedOutButLost, .carriedOutButAnswered(500), .carriedOutButAnswered(504),
    ])
    func whatWasMadeThoughTheAnswerWasLostIsFoundAgain(fault: StubObjects.Fault) async throws {
        let objects = StubObjects()
        objects.fault("POST", "/secrets", fault)
        #expect(try await make(objects)["metadata"]["uid"] == "uid-1")
        #expect(objects.objects.count == 1)
    }

    @Test func whatWasNotMadeIsMadeAtTheSecondAttempt() async throws {
        let objects = StubObjects()
        objects.fault("POST", "/secrets", .answered(503))
        _ = try await make(objects)
        #expect(stored(objects) == "new")
    }

    @Test func whatAnEarlierClusterHasLeftIsReplaced() async throws {
        let objects = StubObjects()
        var old = secret(creation: "old", owner: "pod-old")
        old["metadata"]["uid"] = "u"
        objects.put(Self.path, old)
        _ = try await make(objects)
        #expect(stored(objects) == "new")
    }

    @Test func aGarbageCollectorThatIsFasterDoesNoHarm() async throws {
        for method in ["GET", "DELETE"] {
            let objects = StubObjects()
            var old = secret(creation: "old", owner: "pod-old")
            old["metadata"]["uid"] = "u"
            objects.put(Self.path, old)
            objects.fault(method, "kubeconfig", .objectGoesBefore)
            _ = try await make(objects)
            #expect(stored(objects) == "new", "\(method)")
        }
    }

    @Test func oneThatIsSlowerIsWaitedFor() async throws {
        let objects = StubObjects()
        var old = secret(creation: "old", owner: "pod-old")
        old["metadata"]["uid"] = "u"
        old["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        objects.put(Self.path, old)
        let secret = secret(creation: "new", owner: "pod-new")
        try await objects.serve { client, server in
            async let made = maker(client).make(.secrets, secret, pod: "pod-new")
            try await waitUntil("a second look") {
                server.requests.filter { $0.method == "GET" }.count > 1
            }
            _ = try await client.delete(.secrets, "kinkajou-x-kubeconfig", namespace: "ci")
            _ = try await made
        }
        #expect(stored(objects) == "new")
    }

    @Test func aStrangersObjectStays() async throws {
        var foreign: [JSONValue] = [["metadata": ["name": "kinkajou-x-kubeconfig", "uid": "u"]]]
        // With our label, but of a Pod that is none of ours; and of no Pod at all.
        var other = secret(creation: "old", owner: "pod-old")
        other["metadata"]["uid"] = "u"
        other["metadata"]["ownerReferences"] = [["kind": "Pod", "name": "else", "uid": "e"]]
        foreign.append(other)
        other["metadata"].remove("ownerReferences")
        foreign.append(other)
        for object in foreign {
            let objects = StubObjects()
            objects.put(Self.path, object)
            await #expect(throws: KinkajouError.self) { _ = try await make(objects) }
            #expect(objects.objects[Self.path] == object)
        }
    }

    @Test func whatCannotBeSeenIsNotAbsent() async throws {
        for code in [403, 500] {
            let objects = StubObjects()
            objects.put(Self.path, secret(creation: "old", owner: "pod-old"))
            objects.fault("GET", "kubeconfig", .answered(code))
            await #expect(throws: KubernetesError.self, "\(code)") { _ = try await make(objects) }
            #expect(stored(objects) == "old")
        }
    }

    @Test func ofTwoCreationsAtOnceOneWins() async throws {
        let objects = StubObjects()
        let ends = try await objects.serve { client, _ in
            await withTaskGroup(of: Bool.self) { group in
                for creation in ["one", "two", "three"] {
                    let pod = ClusterObjects(
                        Self.spec, namespace: "ci", creation: creation
                    ).pod(owner: nil)
                    group.addTask {
                        (try? await maker(client, creation: creation).make(.pods, pod)) != nil
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
        }
        #expect(ends.filter { $0 }.count == 1)
        #expect(objects.objects.count == 1)
    }

    @Test func onlyWhatThisCreationHasMadeIsFound() async throws {
        let objects = StubObjects()
        objects.put(Self.path, secret(creation: "old", owner: "pod-old"))
        let found = try await objects.serve { client, _ in
            let other = try await maker(client).find(.secrets, "kinkajou-x-kubeconfig")
            let own = try await maker(client, creation: "old").find(.secrets, "kinkajou-x-kubeconfig")
            return (other, own)
        }
        #expect(found.0 == nil && found.1 != nil)
    }
}

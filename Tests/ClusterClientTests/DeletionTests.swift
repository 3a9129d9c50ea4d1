import KubernetesAPI
import Testing
import Values

@testable import ClusterClient

/// What `delete` touches: the cluster's Pod and the very Job that owns it.
@Suite struct DeletionTests {
    private static let pod = "/api/v1/namespaces/ci/pods/kinkajou-x"
    private static let jobs = "/apis/batch/v1/namespaces/ci/jobs/"

    private func delete(_ objects: StubObjects) async throws -> DeletedCluster {
        try await objects.serve { client, _ in
            let provider = try KubernetesProvider(
                configuration: client.configuration, kubeconfig: nil, namespace: "ci")
            do {
                let result = try await provider.delete("x")
                await provider.shutdown()
                return result
            } catch {
                await provider.shutdown()
                throw error
            }
        }
    }

    private func metadata(_ name: String, uid: String, labels: JSONValue) -> JSONValue {
        ["metadata": ["name": .string(name), "uid": .string(uid), "labels": labels]]
    }

    private let ours: JSONValue = ["kinkajou.dev/cluster": "x", "app.kubernetes.io/managed-by": "kinkajou"]

    @Test func theJobThatOwnsThePodGoesWithIt() async throws {
        let objects = StubObjects()
        var pod = metadata("kinkajou-x", uid: "p", labels: ours)
        pod["metadata"]["ownerReferences"] = [["kind": "Job", "name": "kinkajou-x-1", "uid": "j"]]
        objects.put(Self.pod, pod)
        objects.put(Self.jobs + "kinkajou-x-1", metadata("kinkajou-x-1", uid: "j", labels: ours))
        let deleted = try await delete(objects)
        #expect(deleted.wasThere)
        #expect(deleted.identity.uid == "p")
        #expect(objects.objects.isEmpty)
    }

    @Test func otherJobsStay() async throws {
        for (job, labels) in [("other", ours), ("j", [:] as JSONValue)] {
            let objects = StubObjects()
            var pod = metadata("kinkajou-x", uid: "p", labels: ours)
            pod["metadata"]["ownerReferences"] = [["kind": "Job", "name": "kinkajou-x-1", "uid": "j"]]
            objects.put(Self.pod, pod)
            objects.put(Self.jobs + "kinkajou-x-1", metadata("kinkajou-x-1", uid: job, labels: labels))
            objects.put(Self.jobs + "kinkajou-x", metadata("kinkajou-x", uid: "k", labels: [:]))
            _ = try await delete(objects)
            #expect(objects.objects.count == 2)
        }
    }

    @Test func aStrangersPodStays() async throws {
        let objects = StubObjects()
        objects.put(Self.pod, metadata("kinkajou-x", uid: "p", labels: ["app": "mine"]))
        #expect(try await !delete(objects).wasThere)
        #expect(objects.objects.count == 1)
    }

    @Test func whatCannotBeLookedUpIsNotDeleted() async throws {
        for code in [401, 403, 500] {
            let objects = StubObjects()
            objects.put(Self.pod, metadata("kinkajou-x", uid: "p", labels: ours))
            objects.fault("GET", "/kinkajou-x", .answered(code))
            await #expect(throws: KinkajouError.self, "\(code)") { _ = try await delete(objects) }
            #expect(objects.objects.count == 1)
        }
    }

    @Test func aNewTimeToLiveCountsFromNow() throws {
        let job: JSONValue = ["status": ["startTime": "2026-01-01T00:00:00Z"]]
        let now = Int64(1_767_225_600 + 900)
        let change = try #require(LifetimeChange(job: job, pod: [:], now: now, lifetime: .seconds(3600)))
        #expect(change.seconds == 4500)
        #expect(change.end == "2026-01-01T01:15:00Z")
        #expect(!change.isTooLongForPod)
        // A Pod's own deadline can only be brought forward.
        let pod: JSONValue = ["spec": ["activeDeadlineSeconds": 1800]]
        let longer = try #require(LifetimeChange(job: job, pod: pod, now: now, lifetime: .seconds(3600)))
        #expect(longer.isTooLongForPod && longer.podsEnd == "2026-01-01T00:30:00Z")
        let shorter = try #require(LifetimeChange(job: job, pod: pod, now: now, lifetime: .seconds(60)))
        #expect(!shorter.isTooLongForPod && shorter.podHasDeadline && shorter.seconds == 960)
        #expect(LifetimeChange(job: [:], pod: [:], now: now, lifetime: .seconds(1)) == nil)
    }

    @Test func theSecretOfAnEarlierClusterHoldsNoCredentials() throws {
        var secret = metadata("kinkajou-x-kubeconfig", uid: "s", labels: ours)
        secret["data"] = ["kubeconfig": "dGV4dA=="]
        secret["metadata"]["ownerReferences"] = [["kind": "Pod", "name": "kinkajou-x", "uid": "old"]]
        let pod = metadata("kinkajou-x", uid: "p", labels: ours)
        #expect(KubernetesProvider.credentials(in: secret, of: pod) == nil)
        secret["metadata"]["ownerReferences"] = [["kind": "Pod", "name": "kinkajou-x", "uid": "p"]]
        #expect(KubernetesProvider.credentials(in: secret, of: pod) == "text")
        secret["metadata"]["labels"] = [:]
        #expect(KubernetesProvider.credentials(in: secret, of: pod) == nil)
    }
}

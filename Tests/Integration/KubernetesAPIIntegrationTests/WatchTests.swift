import Foundation
import KubernetesAPI
import KubernetesTestSupport
import Synchronization
import TestSupport
import Testing
import Values

/// Watches of real API servers that come and go.
@Suite(.needs(.controlPlane), .serialized)
struct RealWatchTests {
    private func configMap(_ name: String, _ value: String = "x") -> JSONValue {
        ["metadata": ["name": .string(name)], "data": ["key": .string(value)]]
    }

    /// The API server that is watched ends; meanwhile another changes things; then it comes back.
    @Test func aRestartLosesNothing() async throws {
        try await ControlPlane.with { controlPlane in
            let other = try await controlPlane.startAPIServer()
            let watched = try await controlPlane.startAPIServer()
            let port = watched.port
            try await controlPlane.withClient(controlPlane.configuration(port: other.port)) { admin in
                for name in ["a", "b"] { _ = try await admin.create(.configMaps, configMap(name)) }
                try await controlPlane.withClient(controlPlane.configuration(port: port)) { client in
                    let events = client.watch(
                        .configMaps, namespace: "default", fields: "metadata.name!=kube-root-ca.crt",
                        giveUpAfter: .seconds(120))
                    let seen = EventLog()
                    let follower = Task {
                        for try await event in events { seen.append(event) }
                    }
                    defer { follower.cancel() }
                    try await seen.wait(for: ["+a", "+b", "="])
                    _ = try await admin.create(.configMaps, configMap("c"))
                    try await seen.wait(for: ["+c"])

                    watched.kill()
                    _ = try await admin.delete(.configMaps, "a", namespace: "default")
                    _ = try await admin.patch(
                        .configMaps, "b", namespace: "default", ["data": ["key": "y"]], type: .merge)
                    _ = try await admin.create(.configMaps, configMap("d"))
                    let again = try await controlPlane.startAPIServer(port: port)
                    // Whether it can go on or has to list again depends on the server.
                    try await seen.wait(for: ["+d", "-a", "~b"])
                    _ = try await admin.create(.configMaps, configMap("e"))
                    try await seen.wait(for: ["+e"])
                    #expect(
                        seen.all.filter { $0 != "=" }.sorted() == ["+a", "+b", "+c", "+d", "+e", "-a", "~b"])
                    again.kill()
                }
            }
            other.kill()
        }
    }

    /// Without the watch cache, a watch reads etcd's history, and etcd has been told to forget it.
    @Test func compactionIsSurvived() async throws {
        try await ControlPlane.with { controlPlane in
            let server = try await controlPlane.startAPIServer(options: ["--watch-cache=false"])
            try await controlPlane.withClient(controlPlane.configuration(port: server.port)) { client in
                let old = try await client.create(.configMaps, configMap("a"))
                let from = try #require(old["metadata"]["resourceVersion"].string)
                _ = try await client.create(.configMaps, configMap("b"))
                _ = try await client.delete(.configMaps, "a")
                let newest = try await client.create(.configMaps, configMap("c"))
                try await controlPlane.compact(
                    revision: try #require(newest["metadata"]["resourceVersion"].string))
                let raw = await #expect(throws: KubernetesError.self) {
                    _ = try await client.request(
                        APIRequest(
                            .get, "/api/v1/namespaces/default/configmaps",
                            query: [("limit", "1"), ("continue", try expiredToken(revision: from))]))
                }
                #expect(raw?.isGone == true)
                var events: [String] = []
                for try await event in client.watch(.configMaps, namespace: "default", from: from) {
                    events.append(EventLog.short(event))
                    if event == .synced { break }
                }
                // What was there at that time is not known: a list is what can be told.
                #expect(Set(events).isSuperset(of: ["+b", "+c", "="]))
                #expect(!events.contains("+a"))
            }
            server.kill()
        }
    }

    /// A `continue` token as the API server makes them.
    private func expiredToken(revision: String) throws -> String {
        let json = "{\"v\":\"meta.k8s.io/v1\",\"rv\":\(revision),\"start\":\"default/a\\u0000\"}"
        return Data(json.utf8).base64EncodedString()
    }

    @Test func itGivesUpWhenTheServerStaysAway() async throws {
        try await ControlPlane.with { controlPlane in
            let server = try await controlPlane.startAPIServer()
            try await controlPlane.withClient(controlPlane.configuration(port: server.port)) { client in
                var events = client.watch(.nodes, giveUpAfter: .seconds(2)).makeAsyncIterator()
                let first = try await events.next()
                #expect(first == .synced)
                server.kill()
                let start = ContinuousClock.now
                let error = await #expect(throws: KubernetesError.self) { try await events.next() }
                #expect(error?.description.contains("nobody listens there") == true)
                #expect(ContinuousClock.now - start < .seconds(20))
            }
        }
    }
}

/// What a watch has reported, in short: `+a` for an added object a, `~`, `-`, and `=` for synced.
final class EventLog: Sendable {
    private let events = Mutex<[String]>([])

    var all: [String] { events.withLock { $0 } }

    func append(_ event: WatchEvent) { events.withLock { $0.append(Self.short(event)) } }

    func wait(for expected: [String]) async throws {
        try await waitUntil("the events \(expected)", seconds: 120) { Set(self.all).isSuperset(of: expected) }
    }

    static func short(_ event: WatchEvent) -> String {
        switch event {
        case .added(let object): "+" + (object["metadata"]["name"].string ?? "?")
        case .modified(let object): "~" + (object["metadata"]["name"].string ?? "?")
        case .deleted(let object): "-" + (object["metadata"]["name"].string ?? "?")
        case .synced: "="
        }
    }
}

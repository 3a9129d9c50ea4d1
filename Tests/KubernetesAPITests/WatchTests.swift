import KubernetesTestSupport
import Testing
import Values

@testable import KubernetesAPI

@Suite struct WatchTests {
    private static func object(_ name: String, _ version: Int, uid: String? = nil) -> String {
        #"{"metadata":{"name":"\#(name)","namespace":"n","uid":"\#(uid ?? name)","resourceVersion":"\#(version)"}}"#
    }

    private static func list(_ version: Int, _ objects: [String]) -> String {
        #"{"kind":"PodList","metadata":{"resourceVersion":"\#(version)"},"items":[\#(objects.joined(separator: ","))]}"#
    }

    private static func event(_ type: String, _ object: String) -> String {
        "{\"type\":\"\(type)\",\"object\":\(object)}\n"
    }

    /// Events in short: `+a1` for an added object a of version 1, `~`, `-`, and `=` for synced.
    private static func short(_ event: WatchEvent) -> String {
        func text(_ sign: String, _ object: JSONValue) -> String {
            sign + (object["metadata"]["name"].string ?? "?")
                + (object["metadata"]["resourceVersion"].string ?? "?")
        }
        return switch event {
        case .added(let object): text("+", object)
        case .modified(let object): text("~", object)
        case .deleted(let object): text("-", object)
        case .synced: "="
        }
    }

    private func take(_ count: Int, of stream: AsyncThrowingStream<WatchEvent, any Error>) async throws
        -> [String]
    {
        var events: [String] = []
        for try await event in stream {
            events.append(Self.short(event))
            if events.count == count { break }
        }
        return events
    }

    @Test func listsThenFollows() async throws {
        try await StubServer.with { exchange in
            _ = try await exchange.body()
            try await exchange.head(200)
            if exchange.request.target.contains("watch=true") {
                // Pieces that end within lines and characters.
                let text =
                    Self.event("ADDED", Self.object("ü", 6)) + Self.event("MODIFIED", Self.object("a", 7))
                    + Self.event("DELETED", Self.object("b", 8))
                for byte in text.utf8.map({ [$0] }) {
                    try await exchange.write(bytes: byte)
                }
                try await exchange.waitForClient()
            } else {
                try await exchange.write(Self.list(5, [Self.object("a", 1), Self.object("b", 2)]))
                try await exchange.end()
            }
        } body: { stub in
            try await withClient(stub) { client in
                let events = try await take(
                    6, of: client.watch(.pods, namespace: "n", labels: "x=y", fields: "metadata.name=a"))
                #expect(events == ["+a1", "+b2", "=", "+ü6", "~a7", "-b8"])
            }
            let targets = stub.requests.map(\.target)
            #expect(
                targets[0]
                    == "/api/v1/namespaces/n/pods?labelSelector=x%3Dy&fieldSelector=metadata.name%3Da&limit=500"
            )
            #expect(
                targets[1].contains("watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds="))
        }
    }

    @Test func resumesBehindTheLastEventOrBookmark() async throws {
        try await StubServer.with { exchange in
            _ = try await exchange.body()
            try await exchange.head(200)
            switch exchange.number {
            case 0: try await exchange.write(Self.event("ADDED", Self.object("a", 11)))
            case 1:
                try await exchange.write(
                    Self.event("BOOKMARK", #"{"metadata":{"resourceVersion":"20"}}"#))
            // Half an event is none, and comes again.
            case 2: try await exchange.write("{\"type\":\"ADDED\",\"obj")
            default:
                try await exchange.write(Self.event("ADDED", Self.object("b", 30)))
                try await exchange.waitForClient()
            }
            // The first ends as a server ends it, the others as a server that is killed.
            if exchange.number == 0 { try await exchange.end() } else { exchange.hangUp() }
        } body: { stub in
            try await withClient(stub) { client in
                let events = try await take(2, of: client.watch(.pods, from: "10"))
                #expect(events == ["+a11", "+b30"])
            }
            let versions = stub.requests.map { request in
                request.target.split(separator: "&").first { $0.contains("resourceVersion=") }.map {
                    String($0.split(separator: "=").last ?? "")
                }
            }
            #expect(versions == ["10", "11", "20", "20"])
        }
    }

    /// 410 as an answer's status, and as an event.
    @Test(arguments: [true, false])
    func listsAgainWhenTheVersionIsGone(_ asStatus: Bool) async throws {
        let gone = #"{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}"#
        let lists = Counter()
        try await StubServer.with { exchange in
            if !exchange.request.target.contains("watch=true") {
                let number = lists.add(1)
                return try await exchange.answer(
                    200,
                    number == 0
                        ? Self.list(
                            5,
                            [
                                Self.object("a", 1), Self.object("b", 2), Self.object("c", 3),
                                Self.object("d", 4),
                            ])
                        // b is gone, c was changed, d was deleted and made anew, e is new.
                        : Self.list(
                            9,
                            [
                                Self.object("a", 1), Self.object("c", 6), Self.object("d", 7, uid: "other"),
                                Self.object("e", 8),
                            ]))
            }
            if exchange.request.target.contains("resourceVersion=5") {
                if asStatus { return try await exchange.answer(410, gone) }
                return try await exchange.answer(200, Self.event("ERROR", gone))
            }
            _ = try await exchange.body()
            try await exchange.head(200)
            try await exchange.write(Self.event("DELETED", Self.object("a", 10)))
            try await exchange.waitForClient()
        } body: { stub in
            try await withClient(stub) { client in
                let events = try await take(12, of: client.watch(.pods))
                #expect(
                    events == [
                        "+a1", "+b2", "+c3", "+d4", "=", "-b2", "~c6", "-d4", "+d7", "+e8", "=", "-a10",
                    ])
            }
        }
    }

    @Test func givesUpWithTheLastError() async throws {
        try await StubServer.with { exchange in
            if exchange.request.target.contains("watch=true") {
                try await exchange.answer(500, #"{"kind":"Status","code":500,"message":"etcd is gone"}"#)
            } else {
                try await exchange.answer(200, Self.list(5, []))
            }
        } body: { stub in
            try await withClient(stub) { client in
                let start = ContinuousClock.now
                let error = await #expect(throws: KubernetesError.self) {
                    try await take(2, of: client.watch(.pods, giveUpAfter: .milliseconds(700)))
                }
                #expect(error?.status?.message == "etcd is gone")
                #expect(ContinuousClock.now - start >= .milliseconds(700))
                #expect(stub.requests.count > 3)
            }
        }
    }

    @Test func noPermissionIsReportedAtOnce() async throws {
        try await StubServer.with { exchange in
            try await exchange.answer(
                403, #"{"kind":"Status","code":403,"reason":"Forbidden","message":"no"}"#)
        } body: { stub in
            try await withClient(stub) { client in
                let error = await #expect(throws: KubernetesError.self) {
                    try await take(1, of: client.watch(.pods))
                }
                #expect(error?.isForbidden == true)
            }
            #expect(stub.requests.count == 1)
        }
    }

    /// A server that has just started refuses for a while whom it will serve.
    @Test func aRefusalAfterASuccessMayPass() async throws {
        try await StubServer.with { exchange in
            switch exchange.number {
            case 0: try await exchange.answer(200, Self.event("ADDED", Self.object("a", 2)))
            case 1:
                try await exchange.answer(
                    403, #"{"kind":"Status","code":403,"reason":"Forbidden","message":"no"}"#)
            default:
                _ = try await exchange.body()
                try await exchange.head(200)
                try await exchange.write(Self.event("ADDED", Self.object("b", 3)))
                try await exchange.waitForClient()
            }
        } body: { stub in
            try await withClient(stub) { client in
                let events = try await take(2, of: client.watch(.pods, from: "1"))
                #expect(events == ["+a2", "+b3"])
            }
        }
    }

    @Test func aServerThatEndsEachWatchAtOnceIsNotFlooded() async throws {
        try await StubServer.with { exchange in
            try await exchange.answer(200, "")
        } body: { stub in
            try await withClient(stub) { client in
                let watch = Task { try await take(1, of: client.watch(.pods, from: "1")) }
                try await waitUntil("some requests") { stub.requests.count >= 3 }
                try await Task.sleep(for: .seconds(1))
                #expect(stub.requests.count < 10)
                watch.cancel()
                _ = try? await watch.value
            }
        }
    }

    @Test func cancellationEndsAWatchAtOnce() async throws {
        try await StubServer.with { exchange in
            _ = try await exchange.body()
            try await exchange.head(200)
            try await exchange.waitForClient()
        } body: { stub in
            try await withClient(stub) { client in
                let watch = Task { try await take(1, of: client.watch(.pods, from: "1")) }
                try await waitUntil("the watch") { stub.requests.count == 1 }
                let start = ContinuousClock.now
                watch.cancel()
                await #expect(throws: CancellationError.self) { try await watch.value }
                #expect(ContinuousClock.now - start < .seconds(20))
            }
        }
    }
}

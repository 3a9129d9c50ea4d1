import DockerEngine
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// How failures of the daemon, the socket and the caller are reported.
@Suite struct FailureTests {
    @Test func noSocket() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/none.sock"
            await #expect(throws: DockerEngineError.socketMissing(path: path)) {
                try await DockerEngineClient.withClient(socketPath: path) { try await $0.info() }
            }
        }
    }

    @Test func nobodyListens() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/left behind.sock"
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(unixDomainSocketPath: path).get()
            // NIO removes the file when it closes.
            #expect(rename(path, path + ".kept") == 0)
            try await channel.close()
            #expect(rename(path + ".kept", path) == 0)
            await #expect(throws: DockerEngineError.connectionRefused(path: path)) {
                try await DockerEngineClient.withClient(socketPath: path) { try await $0.ping() }
            }
        }
    }

    @Test func pathThatIsTooLong() async throws {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        await #expect {
            try await DockerEngineClient.withClient(socketPath: path) { try await $0.ping() }
        } throws: { error in
            guard case DockerEngineError.connectionFailed(path: path, _) = error else { return false }
            return true
        }
    }

    @Test(
        arguments: [
            (404, DockerEngineError.notFound(message: "No such container: a")),
            (409, .conflict(message: "No such container: a")),
            (500, .server(status: 500, message: "No such container: a")),
            (301, .server(status: 301, message: "No such container: a")),
        ])
    func statusAndMessage(status: Int, expected: DockerEngineError) async throws {
        try await withStub { exchange in
            try await exchange.answer(status, #"{"message":"No such container: a"}"# + "\n")
        } body: { _, client in
            await #expect(throws: expected) { try await client.inspectContainer("a") }
        }
    }

    @Test func failureThatIsNotJSON() async throws {
        try await withStub {
            try await $0.answer(503, "out of\norder")
        } body: { _, client in
            await #expect(throws: DockerEngineError.server(status: 503, message: "out of order")) {
                try await client.info()
            }
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"ServerVersion":7}"#, "<html>"])
    func answerThatIsNoSuchDocument(text: String) async throws {
        try await withStub {
            try await $0.answer(200, text)
        } body: { _, client in
            await #expect {
                try await client.info()
            } throws: { error in
                guard case DockerEngineError.invalidResponse(what: "GET /info", _) = error else {
                    return false
                }
                return true
            }
        }
    }

    @Test func somethingElseListens() async throws {
        try await withStub(apiVersion: nil) {
            try await $0.answer(200, "OK")
        } body: { _, client in
            await #expect {
                try await client.info()
            } throws: { error in
                guard case DockerEngineError.invalidResponse(what: "GET /_ping", _) = error else {
                    return false
                }
                return true
            }
        }
    }

    @Test func answerThatBreaksOff() async throws {
        try await withStub { exchange in
            try await exchange.head(200, ["Content-Length": "1000"])
            try await exchange.write("{")
        } body: { _, client in
            await #expect {
                try await client.info()
            } throws: { error in
                guard case DockerEngineError.connectionLost(what: "GET /info", _) = error else {
                    return false
                }
                return true
            }
        }
    }

    @Test func noAnswerInTime() async throws {
        try await withStub { _ in
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            await #expect(throws: DockerEngineError.timeout(what: "GET /info", after: .milliseconds(200))) {
                try await client.info(timeout: .milliseconds(200))
            }
        }
    }

    @Test func answerThatStallsHalfWay() async throws {
        try await withStub { exchange in
            try await exchange.head(200)
            try await exchange.write("{")
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            await #expect(throws: DockerEngineError.timeout(what: "GET /info", after: .milliseconds(500))) {
                try await client.info(timeout: .milliseconds(500))
            }
        }
    }

    @Test func cancellation() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        try await withStub { _ in
            arrival.yield()
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            let request = Task { try await client.info(timeout: .seconds(600)) }
            for await _ in arrived { break }
            request.cancel()
            await #expect(throws: CancellationError.self) { try await request.value }
        }
    }

    @Test func cancellationHalfWayThroughAnAnswer() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        try await withStub { exchange in
            try await exchange.head(200)
            try await exchange.write("chunk")
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            let request = Task {
                try await client.saveImages(["a"]) { _ in arrival.yield() }
            }
            for await _ in arrived { break }
            request.cancel()
            await #expect(throws: CancellationError.self) { try await request.value }
        }
    }

    @Test func afterShutdown() async throws {
        try await withTemporaryDirectory { directory in
            let client = DockerEngineClient(socketPath: directory + "/none.sock")
            await client.shutdown()
            await client.shutdown()
            await #expect(throws: DockerEngineError.clientShutDown) { try await client.ping() }
        }
    }

    @Test func forgettingTheShutdownDoesNoHarm() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/none.sock"
            await #expect(throws: DockerEngineError.socketMissing(path: path)) {
                try await DockerEngineClient(socketPath: path).ping()
            }
        }
    }

    @Test func messagesSayWhatToDo() {
        #expect(
            DockerEngineError.timeout(what: "GET /info", after: .milliseconds(30250)).description
                == "GET /info: no answer from the Docker daemon within 30.25 s. "
                + "It is overloaded or hangs: read its log, or allow more time.")
        #expect(
            DockerEngineError.socketMissing(path: "/a").description.contains("no socket at /a"))
    }
}

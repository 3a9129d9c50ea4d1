import DockerEngine
import Synchronization
import Testing

/// Waiting for a daemon that starts, hangs or dies.
@Suite struct EngineReadinessTests {
    @Test func readyAtTheNthTry() async throws {
        let tries = Mutex(0)
        try await withStub(apiVersion: nil) { exchange in
            let attempt = tries.withLock {
                $0 += 1
                return $0
            }
            switch (exchange.request.target, attempt) {
            case (_, ...3): try await exchange.answer(503, #"{"message":"starting"}"#)
            case ("/_ping", _): try await exchange.answer(200, "OK", ["Api-Version": "1.41"])
            default: try await exchange.answer(200, Recorded.info)
            }
        } body: { stub, client in
            let readiness = EngineReadiness(
                client: client, timeout: .seconds(60), firstInterval: .milliseconds(1))
            let info = try await readiness.wait()
            #expect(info.driver == "overlay2")
            #expect(stub.pings == 4)
            #expect(stub.requests.map(\.target) == ["/v1.41/info"])
        }
    }

    @Test func socketThatAppearsLater() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/docker.sock"
            try await DockerEngineClient.withClient(socketPath: path) { client in
                await #expect(throws: DockerEngineError.socketMissing(path: path)) { try await client.ping() }
                let wait = Task { try await EngineReadiness(client: client).wait() }
                try await StubEngine.with(socketPath: path) { exchange in
                    try await exchange.answer(200, Recorded.info)
                } body: { _ in
                    let info = try await wait.value
                    #expect(info.serverVersion == "20.10.24+dfsg1")
                }
            }
        }
    }

    @Test func daemonThatDies() async throws {
        try await withTemporaryDirectory { directory in
            try await DockerEngineClient.withClient(socketPath: directory + "/none.sock") { client in
                let readiness = EngineReadiness(client: client, timeout: .seconds(600))
                await #expect(throws: EngineReadinessError.daemonExited(reason: "exit status 1")) {
                    try await readiness.wait { "exit status 1" }
                }
            }
        }
    }

    @Test func timeIsUp() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/none.sock"
            try await DockerEngineClient.withClient(socketPath: path) { client in
                // Long enough for one attempt on a machine whose cores are all at work.
                let readiness = EngineReadiness(client: client, timeout: .seconds(3))
                let expected = EngineReadinessError.timedOut(
                    after: .seconds(3), waitingFor: "/_ping",
                    lastError: DockerEngineError.socketMissing(path: path).description)
                // A watch that never ends and does not heed cancellation must not hold it up.
                await #expect(throws: expected) {
                    try await readiness.wait {
                        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                        return nil
                    }
                }
            }
        }
    }

    @Test func daemonThatHangs() async throws {
        try await withStub { _ in
            try await Task.sleep(for: .seconds(600))
        } body: { stub, client in
            // Long enough for the daemon's first answer on a machine whose cores are all at work.
            let readiness = EngineReadiness(client: client, timeout: .seconds(5))
            await #expect(
                throws: EngineReadinessError.timedOut(
                    after: .seconds(5), waitingFor: "/info", lastError: nil)
            ) {
                try await readiness.wait()
            }
            #expect(stub.pings == 1)
        }
    }

    @Test func daemonThatIsTooOldIsNotWaitedFor() async throws {
        try await withStub(apiVersion: "1.39") {
            try await $0.answer(500)
        } body: { _, client in
            await #expect(
                throws: DockerEngineError.unsupportedVersion(daemon: APIVersion(major: 1, minor: 39))
            ) {
                try await EngineReadiness(client: client, timeout: .seconds(600)).wait()
            }
        }
    }

    @Test func cancellation() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        try await withStub { _ in
            arrival.yield()
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            let wait = Task { try await EngineReadiness(client: client, timeout: .seconds(600)).wait() }
            for await _ in arrived { break }
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
    }

    @Test func messages() {
        #expect(
            EngineReadinessError.timedOut(after: .seconds(60), waitingFor: "/_ping", lastError: "Refused.")
                .description
                == "the Docker daemon is not ready: timed out after 60 s waiting for /_ping. "
                + "The last attempt: Refused. Read the daemon's log, give it more CPU, or allow more time.")
    }
}

import DockerEngine
import NIOCore
import Synchronization
import Testing

/// What each endpoint sends, and how it reads recorded answers.
@Suite struct EndpointTests {
    /// Answers every request with one recorded text, and returns what the client made of it and sent.
    private func exchange<Value: Sendable>(
        _ status: Int = 200, _ text: String = "",
        _ call: @escaping @Sendable (DockerEngineClient) async throws -> Value
    ) async throws -> (value: Value, request: StubEngine.Received) {
        try await withStub { exchange in
            _ = try await exchange.body()
            try await exchange.answer(status, text, ["Content-Type": "application/json"])
        } body: { stub, client in
            let value = try await call(client)
            #expect(stub.requests.count == 1)
            return (value, try #require(stub.requests.first))
        }
    }

    @Test func pingTellsTheVersion() async throws {
        try await withStub(apiVersion: "1.52") {
            try await $0.answer(500)
        } body: { stub, client in
            let version = try await client.ping()
            #expect(version == APIVersion(major: 1, minor: 52))
            #expect(stub.pings == 1)
        }
    }

    @Test(arguments: [("1.41", "/v1.41/info"), ("1.47", "/v1.47/info"), ("1.52", "/v1.47/info")])
    func negotiatesTheVersionOnce(daemon: String, target: String) async throws {
        try await withStub(apiVersion: daemon) {
            try await $0.answer(200, Recorded.info)
        } body: { stub, client in
            _ = try await client.info()
            _ = try await client.info()
            #expect(stub.requests.map(\.target) == [target, target])
            #expect(stub.pings == 1)
        }
    }

    @Test func refusesADaemonThatIsTooOld() async throws {
        try await withStub(apiVersion: "1.40") {
            try await $0.answer(200, Recorded.info)
        } body: { _, client in
            await #expect(
                throws: DockerEngineError.unsupportedVersion(daemon: APIVersion(major: 1, minor: 40))
            ) {
                try await client.info()
            }
        }
    }

    @Test func everyRequestHasAHost() async throws {
        let (_, request) = try await exchange(200, Recorded.info) { try await $0.info() }
        #expect(request.method == "GET")
        #expect(request.headers["host"] == "docker")
    }

    @Test func info() async throws {
        let (info, request) = try await exchange(200, Recorded.info) { try await $0.info() }
        #expect(request.target == "/v1.41/info")
        #expect(info.serverVersion == "20.10.24+dfsg1")
        #expect(info.driver == "overlay2")
        #expect(info.cgroupDriver == "cgroupfs")
        #expect(info.cgroupVersion == "1")
        #expect(info.defaultRuntime == "runc")
        #expect(info.runtimes == ["io.containerd.runc.v2", "io.containerd.runtime.v1.linux", "runc"])
        #expect(info.securityOptions == ["name=seccomp,profile=default"])
        #expect(info.warnings == [])
        #expect(info.dockerRootDir == "/var/lib/docker")
        #expect((info.containers, info.containersRunning, info.containersStopped) == (3, 1, 2))
        #expect(info.images == 5)
        #expect(info.memoryBytes == 25_276_510_208)
        #expect(!info.liveRestoreEnabled)
    }

    @Test func engineVersion() async throws {
        let (version, request) = try await exchange(200, Recorded.version) { try await $0.engineVersion() }
        #expect(request.target == "/v1.41/version")
        #expect(version.version == "20.10.24+dfsg1")
        #expect(version.apiVersion == "1.41")
        #expect(version.components.map(\.name) == ["Engine", "containerd", "runc", "docker-init"])
    }

    @Test func containers() async throws {
        let (list, request) = try await exchange(200, Recorded.containers) {
            try await $0.containers(all: true, filters: .labels(["engine=rec"]))
        }
        #expect(
            request.target
                == "/v1.41/containers/json?all=1&filters=%7B%22label%22:%5B%22engine%3Drec%22%5D%7D")
        let container = try #require(list.first)
        #expect(list.count == 1)
        #expect(container.names == ["engine-rec"])
        #expect(container.labels == ["engine": "rec"])
        #expect(container.state == "running")
    }

    @Test func runningContainersOnly() async throws {
        let (list, request) = try await exchange(200, "[]") { try await $0.containers() }
        #expect(request.target == "/v1.41/containers/json")
        #expect(list == [])
    }

    @Test func inspectContainer() async throws {
        let (container, request) = try await exchange(200, Recorded.container) {
            try await $0.inspectContainer("engine-rec")
        }
        #expect(request.target == "/v1.41/containers/engine-rec/json")
        #expect(container.name == "engine-rec")
        #expect(container.image == "debian:bookworm")
        #expect(container.state.running)
        #expect(container.state.pid == 3595)
        #expect(!container.state.oomKilled)
        #expect(container.state.health?.status == "healthy")
        #expect(container.state.health?.lastOutput == "")
        #expect(container.networks["bridge"]?.ipAddress == "172.17.0.3")
        #expect(container.labels == ["engine": "rec"])
        #expect(!container.hasTerminal)
    }

    @Test func stateOfAnEndedContainerWithPorts() async throws {
        let text = """
            {"Id":"1","Name":"/a","State":{"Status":"exited","Running":false,"OOMKilled":true,"Pid":0,
            "ExitCode":137},"NetworkSettings":{"Networks":null,"Ports":{"80/tcp":null,
            "6443/tcp":[{"HostIp":"127.0.0.1","HostPort":"40123"}]}}}
            """
        let (container, _) = try await exchange(200, text) { try await $0.inspectContainer("a") }
        #expect(container.state.oomKilled)
        #expect(container.state.exitCode == 137)
        #expect(container.state.health == nil)
        #expect(container.networks == [:])
        #expect(container.ports["80/tcp"] == [])
        #expect(container.ports["6443/tcp"]?.first?.hostPort == "40123")
    }

    @Test func stop() async throws {
        let (stopped, request) = try await exchange(204) {
            try await $0.stopContainer("a", grace: .milliseconds(1500))
        }
        #expect(stopped)
        #expect(request.method == "POST")
        #expect(request.target == "/v1.41/containers/a/stop?t=2")
    }

    @Test func stopOfOneThatDoesNotRun() async throws {
        let (stopped, request) = try await exchange(304) { try await $0.stopContainer("a") }
        #expect(!stopped)
        #expect(request.target == "/v1.41/containers/a/stop")
    }

    @Test func kill() async throws {
        let (_, request) = try await exchange(204) { try await $0.killContainer("a", signal: "SIGRTMIN+3") }
        #expect(request.method == "POST")
        #expect(request.target == "/v1.41/containers/a/kill?signal=SIGRTMIN%2B3")
    }

    @Test func removeContainer() async throws {
        let (_, request) = try await exchange(204) {
            try await $0.removeContainer("a", force: true, volumes: true)
        }
        #expect(request.method == "DELETE")
        #expect(request.target == "/v1.41/containers/a?force=1&v=1")
    }

    @Test func images() async throws {
        let (list, request) = try await exchange(200, Recorded.images) { try await $0.images() }
        #expect(request.target == "/v1.41/images/json")
        #expect(list.map(\.tags) == [["app:latest"]])
        #expect(list.first?.labels == [:])
        #expect(list.first?.size == 876_084_961)
    }

    @Test func inspectImage() async throws {
        let (image, request) = try await exchange(200, Recorded.image) {
            try await $0.inspectImage("localhost:5000/kindest/node:v1.31.0@sha256:abc")
        }
        #expect(request.target == "/v1.41/images/localhost:5000/kindest/node:v1.31.0%40sha256:abc/json")
        #expect(image.architecture == "amd64")
        #expect(image.tags == ["engine-rec:one"])
    }

    @Test func imageExists() async throws {
        #expect(try await exchange(200, Recorded.image) { try await $0.imageExists("a") }.value)
        let missing = #"{"message":"No such image: a:latest"}"#
        #expect(try await exchange(404, missing) { try await $0.imageExists("a") }.value == false)
    }

    @Test func tagImage() async throws {
        let (_, request) = try await exchange(201) {
            try await $0.tagImage("a:1", as: "localhost:5000/b", tag: "2")
        }
        #expect(request.method == "POST")
        #expect(request.target == "/v1.41/images/a:1/tag?repo=localhost:5000%2Fb&tag=2")
    }

    @Test func removeImage() async throws {
        let (_, request) = try await exchange(200, "[]") { try await $0.removeImage("a:1", force: true) }
        #expect(request.method == "DELETE")
        #expect(request.target == "/v1.41/images/a:1?force=1")
    }

    @Test func networks() async throws {
        let (list, request) = try await exchange(200, Recorded.networks) { try await $0.networks() }
        #expect(request.target == "/v1.41/networks")
        #expect(Set(list.map(\.name)) == ["none", "host", "bridge"])
        let bridge = try #require(list.first { $0.name == "bridge" })
        #expect(bridge.subnets == ["172.17.0.0/16"])
        #expect(bridge.options["com.docker.network.driver.mtu"] == "1500")
    }

    @Test func removeNetwork() async throws {
        let (_, request) = try await exchange(204) { try await $0.removeNetwork("kind") }
        #expect(request.method == "DELETE")
        #expect(request.target == "/v1.41/networks/kind")
    }

    @Test func volumes() async throws {
        let (list, request) = try await exchange(200, Recorded.volumes) { try await $0.volumes() }
        #expect(request.target == "/v1.41/volumes")
        #expect(list.map(\.name) == ["engine-rec"])
        #expect(try await exchange(200, #"{"Volumes":null}"#) { try await $0.volumes() }.value == [])
    }

    @Test func removeVolume() async throws {
        let (_, request) = try await exchange(204) { try await $0.removeVolume("a b", force: true) }
        #expect(request.method == "DELETE")
        #expect(request.target == "/v1.41/volumes/a%20b?force=1")
    }

    @Test func events() async throws {
        let seen = Mutex<[EngineEvent]>([])
        let (_, request) = try await exchange(200, Recorded.event + "\n" + Recorded.event + "\n") {
            try await $0.events(filters: ["type": ["image"]], timeout: .seconds(60)) { event in
                seen.withLock { $0.append(event) }
                return true
            }
        }
        #expect(request.target == "/v1.41/events?filters=%7B%22type%22:%5B%22image%22%5D%7D")
        let events = seen.withLock { $0 }
        #expect(events.map(\.action) == ["tag", "tag"])
        #expect(events.first?.attributes == ["name": "engine-rec:two"])
    }

    @Test func eventsEndQuietlyWithTheirTime() async throws {
        try await withStub { exchange in
            try await exchange.head(200)
            try await exchange.write(Recorded.event + "\n")
            _ = try await exchange.nextBodyPart()
            try await Task.sleep(for: .seconds(600))
        } body: { _, client in
            let count = Mutex(0)
            try await client.events(timeout: .milliseconds(500)) { _ in
                count.withLock { $0 += 1 }
                return true
            }
            #expect(count.withLock { $0 } <= 1)
        }
    }

    @Test(arguments: ["", ".", "..", "a/../b", "a//b"])
    func refusesNamesThatWouldAddressSomethingElse(name: String) async throws {
        try await withStub {
            try await $0.answer(200, "[]")
        } body: { stub, client in
            await #expect(throws: DockerEngineError.self) { try await client.inspectImage(name) }
            #expect(stub.requests == [])
        }
    }

    @Test func logsOfBothStreams() async throws {
        try await withStub { exchange in
            guard exchange.request.target.contains("/logs") else {
                return try await exchange.answer(200, Recorded.container)
            }
            try await exchange.head(200)
            // As recorded, cut where it hurts.
            try await exchange.write(ByteBuffer(bytes: [1, 0, 0]))
            try await exchange.write(ByteBuffer(bytes: [0, 0, 0, 0, 4, 0x6f, 0x75]))
            try await exchange.write(
                ByteBuffer(bytes: [0x74, 0x0a, 2, 0, 0, 0, 0, 0, 0, 4, 0x65, 0x72, 0x72, 0x0a]))
            try await exchange.end()
        } body: { stub, client in
            let output = Mutex<[ContainerOutput.Stream: String]>([:])
            try await client.containerLogs("engine-rec", tail: 5) { piece in
                output.withLock { $0[piece.stream, default: ""] += String(buffer: piece.bytes) }
            }
            #expect(output.withLock { $0 } == [.stdout: "out\n", .stderr: "err\n"])
            #expect(
                stub.requests.last?.target == "/v1.41/containers/engine-rec/logs?stdout=1&stderr=1&tail=5")
        }
    }

    @Test func logsWithATerminalAreNotFramed() async throws {
        let container = #"{"Id":"1","Name":"/a","State":{"Status":"running"},"Config":{"Tty":true}}"#
        try await withStub { exchange in
            try await exchange.answer(
                200, exchange.request.target.contains("/logs") ? "plain\r\n" : container)
        } body: { _, client in
            let text = Mutex("")
            try await client.containerLogs("a") { piece in
                text.withLock { $0 += String(buffer: piece.bytes) }
            }
            #expect(text.withLock { $0 } == "plain\r\n")
        }
    }

    @Test func logsThatEndWithinAFrameAreAnError() async throws {
        try await withStub { exchange in
            guard exchange.request.target.contains("/logs") else {
                return try await exchange.answer(200, Recorded.container)
            }
            try await exchange.head(200)
            try await exchange.write(ByteBuffer(bytes: [1, 0, 0, 0, 0, 0, 0, 9, 0x6f]))
            try await exchange.end()
        } body: { _, client in
            await #expect {
                try await client.containerLogs("engine-rec") { _ in }
            } throws: { error in
                guard case DockerEngineError.connectionLost = error else { return false }
                return true
            }
        }
    }
}

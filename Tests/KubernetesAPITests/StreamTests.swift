import KubernetesTestSupport
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import Testing
import Values

@testable import KubernetesAPI

@Suite struct StreamTests {
    static let success = #"{"metadata":{},"status":"Success"}"#
    static let failure =
        #"{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}"#

    private func withExec<Result: Sendable>(
        port: Int, stdin: Bool = true, tty: Bool = false,
        _ body: @escaping @Sendable (ExecSession) async throws -> Result
    ) async throws -> Result {
        try await withClient(
            ClientConfiguration(
                server: "http://127.0.0.1:\(port)",
                credential: Credential(authorization: .token(Secret("abc"))))
        ) { client in
            try await body(
                try await client.exec(
                    pod: "web", namespace: "n", container: "c", command: ["sh", "-c", "a b"], stdin: stdin,
                    tty: tty))
        }
    }

    private func collect(_ session: ExecSession) async throws -> (stdout: String, stderr: String) {
        var result = (stdout: "", stderr: "")
        for try await piece in session.output {
            switch piece {
            case .stdout(let bytes): result.stdout += String(buffer: bytes)
            case .stderr(let bytes): result.stderr += String(buffer: bytes)
            }
        }
        return result
    }

    @Test func aCommandFromStartToEnd() async throws {
        let request = Mutex("")
        try await RawWebSocketServer.with { connection in
            let head = connection.request
            request.withLock { $0 = head }
            // The kubelet opens each channel with an empty message.
            try await connection.send(channel: 1, [])
            try await connection.send(channel: 1, "out")
            try await connection.send(channel: 2, "err")
            var input = ""
            while input != "hello", let frame = try await connection.receive() {
                #expect(frame.opcode == 2 && frame.payload.first == 0)
                input += String(decoding: frame.payload.dropFirst(), as: UTF8.self)
            }
            let size = try await connection.receive()
            #expect(size?.payload == [4] + Array(#"{"Height":24,"Width":80}"#.utf8))
            try await connection.send(channel: 1, "put")
            try await connection.send(channel: 3, Self.failure)
        } body: { port in
            try await withExec(port: port) { session in
                #expect(session.protocolName == "v4.channel.k8s.io")
                #expect(!session.canFinishInput)
                await #expect(throws: KubernetesError.self) { try await session.finishInput() }
                try await session.write(ByteBuffer(string: "hello"))
                try await session.resize(columns: 80, rows: 24)
                let output = try await collect(session)
                #expect(output.stdout == "output")
                #expect(output.stderr == "err")
                #expect(try await session.exitStatus() == 3)
            }
        }
        let head = request.withLock { $0 }
        #expect(
            head.hasPrefix(
                "GET /api/v1/namespaces/n/pods/web/exec?command=sh&command=-c&command=a%20b&container=c&stdin=true&stdout=true&stderr=true&tty=false HTTP/1.1\r\n"
            ))
        #expect(
            head.lowercased().contains("sec-websocket-protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n"))
        #expect(head.contains("Authorization: Bearer abc\r\n"))
    }

    /// Every cut of a conversation in two, with frames of all sorts, gives the same.
    @Test func framesCutAtEveryByte() async throws {
        typealias Server = RawWebSocketServer
        var bytes = Server.frame([1])
        bytes += Server.frame([1] + Array("one".utf8))
        // A message in three frames, with a ping in between; its channel is in the first with a byte in it.
        bytes += Server.frame([], opcode: 2, fin: false)
        bytes += Server.frame([2] + Array("tw".utf8), opcode: 0, fin: false)
        bytes += Server.frame(Array("hi".utf8), opcode: 9)
        bytes += Server.frame(Array("o".utf8), opcode: 0)
        bytes += Server.frame([1] + Array(repeating: UInt8(ascii: "x"), count: 300))
        bytes += Server.frame([3] + Array(Self.success.utf8))
        bytes += Server.frame([0x03, 0xE8], opcode: 8)
        for cut in 0...bytes.count {
            try await feed([Array(bytes[..<cut]), Array(bytes[cut...])])
        }
        try await feed(bytes.map { [$0] })
    }

    private func feed(_ chunks: [[UInt8]]) async throws {
        let channel = NIOAsyncTestingChannel()
        let stream = try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandlers([
                WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)),
            ])
            return try WebSocketStream.install(
                on: channel, what: "exec", server: "s", protocolName: "v4",
                rules: ExecSession.rules(what: "exec", server: "s"))
        }
        let collector = Task { try await collect(ExecSession(stream: stream, what: "exec")) }
        for chunk in chunks where !chunk.isEmpty { try await channel.writeInbound(ByteBuffer(bytes: chunk)) }
        let output = try await collector.value
        #expect(output.stdout == "one" + String(repeating: "x", count: 300))
        #expect(output.stderr == "two")
        #expect(try await ExecSession(stream: stream, what: "exec").exitStatus() == 0)
        // The answers to the ping and to the good-bye.
        let pong = try await channel.readOutbound(as: ByteBuffer.self)
        #expect(pong?.getInteger(at: 0, as: UInt8.self) == 0x8A)
        _ = try? await channel.finish()
    }

    @Test func inputOfAnySizeIsCutIntoMessages() async throws {
        let total = 200_003
        try await RawWebSocketServer.with { connection in
            var received: [UInt8] = []
            while received.count < total, let frame = try await connection.receive() {
                // One message a frame: the old servers know no others.
                #expect(frame.opcode == 2 && frame.payload.first == 0)
                #expect(frame.payload.count <= (32 << 10) + 1)
                received += frame.payload.dropFirst()
            }
            #expect(received == (0..<total).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try await connection.send(channel: 3, Self.success)
        } body: { port in
            try await withExec(port: port) { session in
                try await session.write(
                    ByteBuffer(bytes: (0..<total).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
                #expect(try await session.exitStatus() == 0)
            }
        }
    }

    @Test func inputIsFinishedWithVersion5() async throws {
        try await RawWebSocketServer.with(protocolName: "v5.channel.k8s.io") { connection in
            #expect(try await connection.receive()?.payload == [255, 0])
            try await connection.send(channel: 3, Self.success)
        } body: { port in
            try await withExec(port: port) { session in
                #expect(session.canFinishInput)
                try await session.finishInput()
                #expect(try await session.exitStatus() == 0)
            }
        }
    }

    /// The client offers both, and the server chooses: v5 from 1.30 on, before that v4.
    @Test(arguments: [("v5.channel.k8s.io", true), ("v4.channel.k8s.io", false)])
    func theServerChoosesTheProtocolOfACommand(_ chosen: String, canFinishInput: Bool) async throws {
        try await RawWebSocketServer.with(protocolName: chosen) { connection in
            #expect(
                connection.request.lowercased().contains(
                    "sec-websocket-protocol: v5.channel.k8s.io, v4.channel.k8s.io\r\n"))
            try await connection.send(channel: 3, Self.success)
        } body: { port in
            try await withExec(port: port) { session in
                #expect(session.protocolName == chosen)
                #expect(session.canFinishInput == canFinishInput)
                let status = try await session.exitStatus()
                #expect(status == 0)
            }
        }
    }

    /// Such a server would be misunderstood: in version 1 there is no channel for the exit status.
    @Test(arguments: ["", "channel.k8s.io", "v6.channel.k8s.io"])
    func aProtocolThatWasNotOfferedIsRefused(_ chosen: String) async throws {
        try await RawWebSocketServer.with(protocolName: chosen) { connection in
            _ = try await connection.receive()
        } body: { port in
            let error = await #expect(throws: KubernetesError.self) {
                try await withExec(port: port) { _ in }
            }
            guard case .webSocketRefused(_, let reason) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(chosen.isEmpty || reason.contains(chosen))
            #expect(reason.contains("v5.channel.k8s.io, v4.channel.k8s.io"))
        }
    }

    @Test func aCommandThatCannotBeRun() async throws {
        let status =
            #"{"metadata":{},"status":"Failure","message":"OCI runtime exec failed: no such file","reason":"InternalError","code":500}"#
        try await RawWebSocketServer.with { connection in
            try await connection.send(channel: 3, status)
        } body: { port in
            try await withExec(port: port) { session in
                let error = await #expect(throws: KubernetesError.self) { try await session.exitStatus() }
                #expect(error?.description.contains("no such file") == true)
            }
        }
    }

    @Test func aConnectionThatBreaks() async throws {
        try await RawWebSocketServer.with { connection in
            try await connection.send(channel: 1, "some")
            // Not before the client has its session: then it would be that which fails.
            _ = try await connection.receive()
        } body: { port in
            try await withExec(port: port) { session in
                try await session.write(ByteBuffer(string: "go"))
                await #expect(throws: KubernetesError.self) { try await collect(session) }
                let error = await #expect(throws: KubernetesError.self) { try await session.exitStatus() }
                #expect(error?.description.contains("before the command's exit status was known") == true)
            }
        }
    }

    @Test(
        arguments: [
            [0x83, 0x00], [0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0], [0x80, 0x01, 0x01], [0xC2, 0x01, 0x01],
        ] as [[UInt8]])
    func whatIsNoWebSocket(_ bytes: [UInt8]) async throws {
        try await RawWebSocketServer.with { connection in
            try await connection.send(bytes)
            _ = try await connection.receive()
        } body: { port in
            try await withExec(port: port) { session in
                let error = await #expect(throws: KubernetesError.self) { try await session.exitStatus() }
                // Said by the client at once, and not because the server has gone.
                #expect(error?.description.contains("broke off") == false, "\(error?.description ?? "")")
                #expect(error?.description.contains("ended early") == false, "\(error?.description ?? "")")
            }
        }
    }

    @Test func cancellationClosesTheConnection() async throws {
        let ended = Counter()
        try await RawWebSocketServer.with { connection in
            while try await connection.receive() != nil {}
            ended.add()
        } body: { port in
            try await withExec(port: port) { session in
                let reader = Task { try await collect(session) }
                let status = Task { try await session.exitStatus() }
                status.cancel()
                await #expect(throws: CancellationError.self) { try await status.value }
                #expect(ended.value == 0)
                session.cancel()
                await #expect(throws: KubernetesError.self) { try await reader.value }
                try await waitUntil("the connection's end") { ended.value == 1 }
            }
        }
    }

    @Test func aDroppedSessionClosesTheConnection() async throws {
        let ended = Counter()
        try await RawWebSocketServer.with { connection in
            try await connection.send(channel: 1, "x")
            while try await connection.receive() != nil {}
            ended.add()
        } body: { port in
            try await withExec(port: port) { session in
                for try await _ in session.output { break }
            }
            try await waitUntil("the connection's end") { ended.value == 1 }
        }
    }

    /// Neither does a consumer that reads nothing let the server send without end, nor the other way round.
    @Test func backPressureBothWays() async throws {
        let sent = Counter()
        let mayRead = AsyncStream<Void>.makeStream()
        try await RawWebSocketServer.with { connection in
            let piece = [UInt8](repeating: 1, count: 32 << 10)
            for _ in 0..<2560 {
                try await connection.send(channel: 1, piece)
                sent.add(piece.count)
            }
            for await _ in mayRead.stream { break }
            var received = 0
            while received < 24 << 20, let frame = try await connection.receive() {
                received += frame.payload.count - 1
            }
            try await connection.send(channel: 3, Self.success)
        } body: { port in
            try await withExec(port: port) { session in
                var iterator = session.output.makeAsyncIterator()
                _ = try await iterator.next()
                var last = -1
                while sent.value != last {
                    last = sent.value
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(last < 60 << 20)
                var total = 32 << 10
                while total < 2560 * 32 << 10, case .stdout(let bytes) = try await iterator.next() {
                    total += bytes.readableBytes
                }
                // Now the server reads nothing: what is written waits.
                let written = Counter()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let piece = ByteBuffer(repeating: 7, count: 1 << 20)
                        for _ in 0..<24 {
                            try await session.write(piece)
                            written.add(1)
                        }
                    }
                    var last = -1
                    while written.value != last {
                        last = written.value
                        try await Task.sleep(for: .milliseconds(200))
                    }
                    #expect(last < 24)
                    mayRead.continuation.yield()
                    try await group.waitForAll()
                }
                #expect(try await session.exitStatus() == 0)
            }
        }
    }

    @Test func aBlockedWriteEndsWithItsTask() async throws {
        try await RawWebSocketServer.with { connection in
            // Reads nothing until the client has gone.
            while !Task.isCancelled { try await Task.sleep(for: .milliseconds(10)) }
        } body: { port in
            try await withExec(port: port) { session in
                let write = Task { try await session.write(ByteBuffer(repeating: 0, count: 64 << 20)) }
                try await Task.sleep(for: .milliseconds(300))
                let start = ContinuousClock.now
                write.cancel()
                await #expect(throws: CancellationError.self) { try await write.value }
                #expect(ContinuousClock.now - start < .seconds(10))
            }
        }
    }

    @Test func aServerThatDoesNotUpgrade() async throws {
        func problem(_ status: String, _ body: String) async throws -> KubernetesError? {
            try await RawWebSocketServer.with(
                refusal: "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
                handler: { _ in }
            ) { port in
                do {
                    try await withExec(port: port) { _ in }
                    return nil
                } catch let error as KubernetesError {
                    return error
                }
            }
        }
        let spdy = try await problem("400 Bad Request", "you must specify at least 1 of SPDY upgrade headers")
        guard case .webSocketRefused = spdy else {
            Issue.record("\(String(describing: spdy))")
            return
        }
        let forbidden = try await problem(
            "403 Forbidden",
            #"{"kind":"Status","code":403,"reason":"Forbidden","message":"pods \"web\" is forbidden: User \"u\" cannot create resource \"pods/exec\" in API group \"\" in the namespace \"n\""}"#
        )
        #expect(forbidden?.forbiddenAction?.resource == "pods/exec")
        #expect(try await problem("404 Not Found", #"{"kind":"Status","code":404}"#)?.isNotFound == true)
        guard case .webSocketRefused = try await problem("200 OK", "hello") else {
            Issue.record("200 is no upgrade")
            return
        }
    }

    @Test func portForwarding() async throws {
        try await RawWebSocketServer.with { connection in
            #expect(connection.request.contains("/pods/web/portforward?ports=8080 "))
            // The port's number, also when it comes in two pieces.
            try await connection.send(channel: 0, [0x90])
            try await connection.send(channel: 0, [0x1F] + Array("he".utf8))
            try await connection.send(channel: 1, [0x90, 0x1F])
            try await connection.send(channel: 0, "llo")
            #expect(try await connection.receive()?.payload == [0] + Array("ping".utf8))
            try await connection.send(RawWebSocketServer.frame([0x03, 0xE8], opcode: 8))
        } body: { port in
            try await withClient(ClientConfiguration(server: "http://127.0.0.1:\(port)")) { client in
                let stream = try await client.portForward(pod: "web", port: 8080)
                try await stream.write(ByteBuffer(string: "ping"))
                var text = ""
                for try await piece in stream.inbound { text += String(buffer: piece) }
                #expect(text == "hello")
            }
        }
    }

    @Test func aPortThatCannotBeReached() async throws {
        try await RawWebSocketServer.with { connection in
            try await connection.send(channel: 0, [0x90, 0x1F])
            try await connection.send(channel: 1, [0x90, 0x1F])
            try await connection.send(channel: 1, "error forwarding port 8080 to pod: connection refused")
            try await connection.send(RawWebSocketServer.frame([0x03, 0xE8], opcode: 8))
        } body: { port in
            try await withClient(ClientConfiguration(server: "http://127.0.0.1:\(port)")) { client in
                let stream = try await client.portForward(pod: "web", port: 8080)
                let error = await #expect(throws: KubernetesError.self) {
                    for try await _ in stream.inbound {}
                }
                #expect(error?.description.hasSuffix("connection refused") == true)
            }
        }
    }

    @Test func aSilentPeerIsNoticed() async throws {
        let (pings, error) = try await silence(answering: 2, sendingInput: false)
        #expect(pings >= 3)
        guard case .connection(let failure) = error, case .silent = failure.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// A command that takes no input keeps the kubelet from reading, and so from answering.
    @Test func aBlockedInputIsNoSilence() async throws {
        let (pings, error) = try await silence(answering: 0, sendingInput: true)
        #expect(pings >= 5)
        #expect(error == nil)
    }

    /// With a clock of its own: a peer that answers some pings and then no more.
    private func silence(answering answered: Int, sendingInput: Bool) async throws -> (Int, KubernetesError?)
    {
        let channel = NIOAsyncTestingChannel()
        let stream = try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandlers([
                WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)),
            ])
            return try WebSocketStream.install(
                on: channel, what: "exec", server: "s", protocolName: "v4",
                rules: ExecSession.rules(what: "exec", server: "s"))
        }
        let session = ExecSession(stream: stream, what: "exec")
        let status = Task { try await session.exitStatus() }
        if sendingInput { try await session.write(ByteBuffer(string: "input")) }
        var pings = 0
        for _ in 0..<6 {
            await channel.testingEventLoop.advanceTime(by: .seconds(30))
            while let bytes = try await channel.readOutbound(as: ByteBuffer.self) {
                guard bytes.getInteger(at: 0, as: UInt8.self) == 0x89 else { continue }
                pings += 1
                if pings <= answered {
                    try await channel.writeInbound(
                        ByteBuffer(bytes: RawWebSocketServer.frame([], opcode: 10)))
                }
            }
        }
        let wasOpen = channel.isActive || sendingInput
        if wasOpen { status.cancel() }
        let result = await status.result
        _ = try? await channel.finish()
        if case .failure(let error) = result { return (pings, error as? KubernetesError) }
        return (pings, nil)
    }
}

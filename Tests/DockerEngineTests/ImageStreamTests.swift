import DockerEngine
import Glibc
import NIOCore
import Synchronization
import Testing

/// Image archives in both directions.
@Suite struct ImageStreamTests {
    private static let chunk = ByteBuffer(repeating: 0x5A, count: 1 << 16)
    private static let chunks = 1024
    /// More than all buffers on the way hold (sockets have some 200 KiB), far less than the 64 MiB of the archive.
    private static let inFlight = 4 << 20

    @Test func loadReportsProgressAndImages() async throws {
        let received = Mutex(0)
        try await withStub { exchange in
            while let part = try await exchange.nextBodyPart() {
                received.withLock { $0 += part.readableBytes }
            }
            try await exchange.head(200)
            // Lines and chunks of the answer need not agree.
            try await exchange.write(#"{"status":"Loading layer","progressDetail":{"current":32768,"tot"#)
            try await exchange.write(#"al":3145728},"id":"96f5c1ffd4cf"}"# + "\r\n" + #"{"stream":"Loaded "#)
            try await exchange.write(#"image: engine-rec:one\n"}"# + "\n")
            try await exchange.write(#"{"stream":"Loaded image ID: sha256:601d\n"}"#)
            try await exchange.end()
        } body: { stub, client in
            let archive = AsyncStream { continuation in
                for _ in 0..<3 { continuation.yield(ImageStreamTests.chunk) }
                continuation.finish()
            }
            let progress = Mutex<[ImageLoadProgress]>([])
            let loaded = try await client.loadImages(from: archive) { report in
                progress.withLock { $0.append(report) }
            }
            #expect(loaded == ["engine-rec:one", "sha256:601d"])
            let reports = progress.withLock { $0 }
            #expect(reports.count == 3)
            #expect(reports.first?.current == 32768)
            #expect(reports.first?.total == 3_145_728)
            #expect(reports.first?.id == "96f5c1ffd4cf")
            #expect(received.withLock { $0 } == 3 << 16)
            let request = try #require(stub.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/v1.41/images/load?quiet=0")
            #expect(request.headers["content-type"] == "application/x-tar")
            #expect(request.headers["host"] == "docker")
            #expect(request.headers["transfer-encoding"] == "chunked")
        }
    }

    @Test func loadOfKnownLength() async throws {
        try await withStub { exchange in
            _ = try await exchange.body()
            try await exchange.answer(200)
        } body: { stub, client in
            let archive = AsyncStream {
                $0.yield(ByteBuffer(string: "12345"))
                $0.finish()
            }
            let loaded = try await client.loadImages(from: archive, length: 5)
            #expect(loaded == [])
            #expect(stub.requests.first?.headers["content-length"] == "5")
        }
    }

    /// As recorded: the status is 200, and the error comes in a line.
    @Test func errorLine() async throws {
        let line = """
            {"errorDetail":{"message":"Error processing tar file(exit status 1): unexpected EOF"},\
            "error":"Error processing tar file(exit status 1): unexpected EOF"}
            """
        try await withStub { exchange in
            _ = try await exchange.body()
            try await exchange.answer(200, #"{"stream":"first\n"}"# + "\n" + line + "\n")
        } body: { _, client in
            let archive = AsyncStream<ByteBuffer> { $0.finish() }
            var messages: [String?] = []
            await #expect(
                throws: DockerEngineError.loadFailed(
                    message: "Error processing tar file(exit status 1): unexpected EOF")
            ) {
                for try await report in client.imageLoadProgress(from: archive) {
                    messages.append(report.message)
                }
            }
            #expect(messages == ["first"])
        }
    }

    @Test func archiveThatCannotBeRead() async throws {
        struct ReadFailure: Error, Equatable {}
        try await withStub { exchange in
            _ = try await exchange.body()
            try await exchange.answer(200)
        } body: { _, client in
            let archive = AsyncThrowingStream<ByteBuffer, any Error> {
                $0.yield(ImageStreamTests.chunk)
                $0.finish(throwing: ReadFailure())
            }
            await #expect(throws: ReadFailure.self) { try await client.loadImages(from: archive) }
        }
    }

    /// A daemon that takes nothing stops the reading of the archive; what was read then is all that is ever held.
    @Test func loadHoldsLittleInMemory() async throws {
        let total = ImageStreamTests.chunks << 16
        let sent = Mutex(0)
        let taken = Mutex(0)
        let largest = Mutex(0)
        try await PacedEngine.with { exchange in
            // As long as it wants to: a client without back-pressure reads the whole archive at once.
            ImageStreamTests.watch { sent.withLock { $0 } >= total }
            while taken.withLock({ $0 }) < total {
                let count = exchange.take(upTo: 1 << 16)
                guard count > 0 else { return }
                taken.withLock { $0 += count }
            }
            exchange.giveHead(length: 0)
        } body: { client in
            let archive = AsyncThrowingStream<ByteBuffer, any Error>(unfolding: {
                let before = sent.withLock { $0 }
                guard before < total else { return nil }
                largest.withLock { $0 = max($0, before + (1 << 16) - taken.withLock { $0 }) }
                sent.withLock { $0 += 1 << 16 }
                return ImageStreamTests.chunk
            })
            try await client.loadImages(from: archive, length: Int64(total))
        }
        #expect(taken.withLock { $0 } == total)
        #expect(largest.withLock { $0 } < ImageStreamTests.inFlight)
    }

    /// A consumer that takes its time stops the daemon.
    @Test func saveHoldsLittleInMemory() async throws {
        let total = ImageStreamTests.chunks << 16
        let sent = Mutex(0)
        let received = Mutex(0)
        let largest = Mutex(0)
        try await PacedEngine.with { exchange in
            exchange.giveHead(length: total)
            let chunk = [UInt8](repeating: 0x5A, count: 1 << 16)
            while sent.withLock({ $0 }) < total, exchange.give(chunk) { sent.withLock { $0 += chunk.count } }
        } body: { client in
            try await client.saveImages(["a:1", "b/c"]) { chunk in
                if received.withLock({ $0 }) == 0 {
                    ImageStreamTests.watch { sent.withLock { $0 } >= total }
                }
                let count = received.withLock {
                    $0 += chunk.readableBytes
                    return $0
                }
                largest.withLock { $0 = max($0, sent.withLock { $0 } - count) }
            }
        }
        #expect(received.withLock { $0 } == total)
        #expect(largest.withLock { $0 } < ImageStreamTests.inFlight)
    }

    @Test func saveAsksForTheImagesByName() async throws {
        try await withStub { exchange in
            try await exchange.answer(200, "archive")
        } body: { stub, client in
            try await client.saveImages(["a:1", "b/c"]) { chunk in #expect(String(buffer: chunk) == "archive")
            }
            #expect(stub.requests.first?.target == "/v1.41/images/get?names=a:1&names=b%2Fc")
        }
    }

    /// Gives the other side time to run ahead: a second, or less when it has got to the end.
    private static func watch(_ isAtEnd: () -> Bool) {
        let end = ContinuousClock.now + .seconds(1)
        while !isAtEnd(), ContinuousClock.now < end { usleep(1000) }
    }

    @Test func droppingTheProgressStreamCancelsTheLoad() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        try await withStub { exchange in
            try await exchange.head(200)
            try await exchange.write(#"{"stream":"first\n"}"# + "\n")
            // The upload never ends by itself: only a client that goes away ends it.
            while (try? await exchange.nextBodyPart()) != nil {}
            end.yield()
        } body: { _, client in
            let endless = AsyncThrowingStream<ByteBuffer, any Error>(unfolding: { ImageStreamTests.chunk })
            for try await _ in client.imageLoadProgress(from: endless) { break }
            for await _ in ended { break }
        }
    }
}

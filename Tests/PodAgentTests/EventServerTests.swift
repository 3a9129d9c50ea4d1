import Console
import Foundation
import Glibc
import Linux
import Testing
import Values

@testable import PodAgent

/// Events over a real socket.
@Suite struct EventServerTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/kj-\(UUID().uuidString.prefix(8))"

    /// A reader, in a thread of its own.
    private struct Reader {
        /// The first event has come.
        let first: AsyncStream<Void>
        /// All of them.
        let all: Task<[ProgressEvent], any Error>
    }

    private func read(from descriptor: Int32) -> Reader {
        let (first, feed) = AsyncStream.makeStream(of: Void.self)
        let all = Task {
            let bytes = await BlockingWork.run {
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = Glibc.read(descriptor, &buffer, buffer.count)
                    feed.finish()
                    guard count > 0 else { return all }
                    all += buffer[..<count]
                }
            }
            var lines = EventLines()
            return try lines.take(bytes)
        }
        return Reader(first: first, all: all)
    }

    @Test func whoConnectsGetsWhatWasAndWhatComes() async throws {
        let path = directory + "/run/events.sock"
        let log = EventLog()
        log.append(.begun(phase: .engine, title: "Starting dockerd"))
        let server = try await EventServer.start(at: path, log: log)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let descriptor = try UnixSocket.connect(path)
        defer { close(descriptor) }
        let reader = read(from: descriptor)
        for await _ in reader.first {}
        log.append(.ready)
        await server.stop()
        #expect(
            try await reader.all.value.map(\.event) == [
                .started(program: Release.current), .begun(phase: .engine, title: "Starting dockerd"), .ready,
            ])
        #expect(!FileManager.default.fileExists(atPath: directory + "/run"), "nothing is left")
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A reader that goes away, however early, ends nothing but its own connection.
    @Test func readersThatGoAwayDoNoHarm() async throws {
        let path = directory + "/events.sock"
        let log = EventLog()
        let server = try await EventServer.start(at: path, log: log)
        for _ in 0..<50 { close(try UnixSocket.connect(path)) }
        log.append(.ready)
        let descriptor = try UnixSocket.connect(path)
        defer { close(descriptor) }
        let reader = read(from: descriptor)
        for await _ in reader.first {}
        await server.stop()
        #expect(try await reader.all.value.last?.event == .ready)
    }

    @Test func theLastWordsFitIntoATerminationMessage() throws {
        let long = KinkajouError(
            String(repeating: "x", count: 5000), cure: "mend it",
            evidence: (0..<200).map { "line \($0) of the log" }, code: .timedOut)
        let short = KinkajouError("no room", cure: "make some", evidence: ["a"], code: .storageUnusable)
        for error in [long, short] {
            let text = EventServer.text(of: error)
            #expect(text.utf8.count <= EventServer.outcomeLimit)
            guard case .ended(let read) = try ProgressEvent(line: Array(text.dropLast().utf8)).event else {
                Issue.record("\(text)")
                continue
            }
            #expect(read.code == error.code)
        }
        let path = directory + "-outcome"
        defer { unlink(path) }
        try EventServer.keep(short, at: path)
        // What an earlier run has left is replaced as a whole.
        try EventServer.keep(long, at: path)
        try EventServer.keep(short, at: path)
        #expect(try Files.read(path) == EventServer.text(of: short))
    }
}

import Testing
import Values

/// The events by which a Pod tells a client how the making of its cluster goes.
@Suite struct ProgressEventTests {
    private static let contents: [ProgressEvent.Content] = [
        .started(program: "0.1.0"), .begun(phase: .imageLoad, title: "Loading node.tar 📦"),
        .progress(done: 1, total: 2), .waiting(detail: "two\nlines"), .done, .failed,
        .notice(severity: .warning, text: "small"), .ready,
        .ended(
            error: KinkajouError("it failed", cure: "mend it", evidence: ["a"], code: .timedOut, see: "b")),
    ]

    /// However the stream is cut into pieces, in the middle of characters too.
    @Test(arguments: [1, 2, 7, 64, 4096])
    func theyArriveAsTheyWereSent(size: Int) throws {
        let sent = Self.contents.enumerated().map { ProgressEvent(number: $0 + 1, time: 1.5, $1) }
        let bytes = Array(sent.map(\.line).joined().utf8)
        var lines = EventLines()
        var received: [ProgressEvent] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            received += try lines.take(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(received == sent)
    }

    @Test func aLineIsOneLine() {
        for content in Self.contents {
            let line = ProgressEvent(number: 1, time: 0, content).line
            #expect(line.hasSuffix("\n"))
            #expect(line.filter { $0 == "\n" }.count == 1, "\(line)")
        }
    }

    @Test(arguments: [
        "not JSON", "{}", #"{"version":2,"number":1,"time":0,"event":{"ready":{}}}"#,
        #"{"version":1,"number":1,"time":0,"event":{"unheardOf":{}}}"#,
    ])
    func whatIsNotUnderstoodIsAnotherVersion(line: String) throws {
        let error = try #require(throws: KinkajouError.self) { _ = try ProgressEvent(line: Array(line.utf8)) }
        #expect(error.code == .versionMismatch)
    }
}

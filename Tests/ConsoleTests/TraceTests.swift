import Testing
import Values

@testable import Console

/// How a start is shown: from what was told to text, JSON and a page.
struct TraceTests {
    private func events(_ contents: (Double, ProgressEvent.Content)...) -> [ProgressEvent] {
        contents.enumerated().map {
            ProgressEvent(number: $0.offset + 1, time: 1000 + $0.element.0, $0.element.1)
        }
    }

    private var whole: [ProgressEvent] {
        events(
            (0, .started(program: "1.0")), (0.5, .begun(phase: .facts, title: "Reading the environment")),
            (1, .done), (1, .begun(phase: .engine, title: "Starting dockerd")),
            (2, .waiting(detail: "the socket")),
            // One that begins ends the one before.
            (4, .begun(phase: .kind, title: "Making the cluster")), (9, .progress(done: 1, total: 2)),
            (10, .ready), (12, .begun(phase: .stop, title: "Stopping the engine")))
    }

    @Test func phasesFromEvents() {
        let trace = Trace(cluster: "demo", events: whole, now: 2000)
        #expect(
            trace.phases == [
                .init("Reading the environment", code: .facts, begin: 0.5, seconds: 0.5),
                .init("Starting dockerd", code: .engine, begin: 1, seconds: 3, waitedFor: "the socket"),
                // What comes after the cluster was ready is no part of its start.
                .init("Making the cluster", code: .kind, begin: 4, seconds: 6),
            ])
        #expect(trace.outcome == .done)
        #expect(trace.seconds == 10)
        #expect(trace.summary == "demo: ready after 10.0 s")
    }

    @Test func aStartThatFails() {
        let error = KinkajouError("dockerd ended", cure: "none", code: .engineFailed)
        let trace = Trace(
            cluster: "demo",
            events: events(
                (0, .started(program: "1.0")), (0, .begun(phase: .engine, title: "Starting dockerd")),
                (2, .ended(error: error))), now: 2000)
        #expect(trace.phases.map(\.outcome) == [.failed])
        #expect(trace.outcome == .failed)
        #expect(trace.text().hasSuffix("error: dockerd ended\n"))
        #expect(trace.json["failure"].string == "dockerd ended")
        #expect(trace.html.contains("<p class=\"failure\">dockerd ended</p>"))
    }

    @Test func aStartThatGoesOn() {
        let trace = Trace(
            cluster: "demo",
            events: events((0, .started(program: "1.0")), (1, .begun(phase: .kind, title: "Making it"))),
            now: 1005)
        #expect(trace.phases == [.init("Making it", code: .kind, begin: 1, seconds: 4, outcome: .open)])
        #expect(trace.summary == "demo: starting for 5.0 s")
        #expect(trace.text().contains("▒"))
    }

    /// Nothing was told, or nothing took any time: no division by it.
    @Test func emptyTraces() {
        for events in [[], events((0, .begun(phase: .api, title: "one")), (0, .ready))] {
            let trace = Trace(cluster: "demo", events: events, now: 1000)
            #expect(trace.seconds == 0)
            #expect(trace.text().hasPrefix("demo: "))
            #expect(trace.html.contains("</svg>"))
        }
    }

    /// A clock that is set back meanwhile makes no phase of negative length.
    @Test func aClockThatIsSetBack() {
        let trace = Trace(
            cluster: "demo",
            events: events(
                (0, .started(program: "1.0")), (-5, .begun(phase: .api, title: "one")), (-9, .done),
                (-9, .ready)),
            now: 1000)
        #expect(trace.phases == [.init("one", code: .api, begin: 0, seconds: 0)])
        #expect(trace.html.contains("width=\"2\""))
    }

    @Test func phasesFromRecords() {
        let records = [
            PhaseRecord(name: "one", start: 100, duration: .seconds(1), succeeded: true),
            PhaseRecord(
                name: "two", waitedFor: "a node", start: 101, duration: .milliseconds(500), succeeded: false),
        ]
        let trace = Trace(cluster: "demo", records: records, failure: "no node")
        #expect(
            trace.phases == [
                .init("one", begin: 0, seconds: 1),
                .init("two", begin: 1, seconds: 0.5, outcome: .failed, waitedFor: "a node"),
            ])
        #expect(trace.outcome == .failed)
        #expect(Trace(cluster: "demo", records: records).outcome == .failed)
        #expect(Trace(cluster: "demo", records: [records[0]]).outcome == .done)
    }

    @Test func textIsAlignedAndFits() {
        let text = Trace(cluster: "demo", events: whole, now: 2000).text(width: 60)
        #expect(
            text
                == """
                demo: ready after 10.0 s
                ✓ Reading the environment  0.5 s   █
                ✓ Starting dockerd         3.0 s    ████████
                ✓ Making the cluster       6.0 s            ████████████████

                """.replacing("\n\n", with: "\n"))
        let long = Trace(
            cluster: "demo", start: 0,
            phases: [.init(String(repeating: "very long ", count: 20), begin: 0, seconds: 1)], outcome: .done)
        for width in [0, 40, 80, 200] {
            for line in long.text(width: width).split(separator: "\n") {
                #expect(line.count <= max(40, width))
            }
        }
    }

    /// Every phase has a cell, and none lies beyond the last.
    @Test(arguments: [1, 2, 7, 40])
    func spansAreWithinTheAxis(cells: Int) {
        let phases = (0..<30).map { Trace.Phase("\($0)", begin: Double($0), seconds: Double($0 % 3)) }
        let trace = Trace(cluster: "demo", start: 0, phases: phases, outcome: .done)
        for phase in phases {
            let span = trace.span(of: phase, in: cells)
            #expect(span.from >= 0 && span.length >= 1 && span.from + span.length <= cells)
        }
    }

    @Test func colourIsForWhatFailed() {
        let trace = Trace(
            cluster: "demo", start: 0,
            phases: [
                .init("good", begin: 0, seconds: 1), .init("bad", begin: 1, seconds: 1, outcome: .failed),
            ], outcome: .failed)
        let lines = trace.text(hasColour: true).split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.contains("\u{1B}[31m") }.count == 1)
        #expect(!trace.text().contains("\u{1B}"))
    }

    @Test func jsonForPrograms() {
        let json = Trace(cluster: "demo", events: whole, now: 2000).json
        #expect(json["outcome"].string == "done")
        #expect(json["phases"].array.count == 3)
        #expect(json["phases"].array[1]["phase"].string == "engine")
        #expect(json["phases"].array[1]["waitingFor"].string == "the socket")
        #expect(json["phases"].array[2]["begin"].double == 4)
        #expect(json["failure"] == .null)
    }

    /// Nothing that is told becomes markup, and the page needs nothing but itself.
    @Test func thePageIsSelfContained() {
        let trace = Trace(
            cluster: "<demo>", start: 0,
            phases: [.init("a \"b\" & <script>", begin: 0, seconds: 1, waitedFor: "x > y")], outcome: .failed,
            failure: "it <b>failed</b>")
        let html = trace.html
        #expect(!html.contains("<script"))
        #expect(!html.contains("<b>"))
        #expect(html.contains("a &quot;b&quot; &amp; &lt;script&gt;"))
        #expect(html.contains("x &gt; y"))
        for word in ["http://", "https://", "src=", "@import", "url("] {
            #expect(!html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "").contains(word))
        }
    }

    /// What somebody else's program has written can be anything.
    @Test func whatIsTooLargeOrControlsATerminal() throws {
        let line = ProgressEvent(number: 1, time: 1e300, .done).line
        #expect(throws: KinkajouError.self) { try ProgressEvent(line: Array(line.utf8.dropLast())) }
        let late = ProgressEvent(number: 1, time: 2e9, .done)
        #expect(try ProgressEvent(line: Array(late.line.utf8.dropLast())) == late)
        for seconds in [1e300, .infinity, .nan, 90_000] {
            let trace = Trace(
                cluster: "demo", start: 0, phases: [.init("one", begin: 0, seconds: seconds)], outcome: .done)
            #expect(trace.text().contains("one"))
        }
        let long = Trace(
            cluster: "demo", start: 0, phases: [.init("one", begin: 0, seconds: 90_000)], outcome: .done)
        #expect(long.html.contains("10800 s"))
        let trace = Trace(
            cluster: "demo",
            events: events(
                (0, .begun(phase: .api, title: "a\u{1B}[31m\nb")), (1, .ready)), now: 2000)
        #expect(trace.phases.map(\.title) == ["a [31m b"])
        // A sign and a combining mark are one Character.
        let marked = Trace(
            cluster: "demo", start: 0, phases: [.init("<\u{301}b", begin: 0, seconds: 1)], outcome: .done)
        #expect(!marked.html.contains("<\u{301}"))
    }
}

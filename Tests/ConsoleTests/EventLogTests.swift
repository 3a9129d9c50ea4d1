import Console
import Testing
import Values

/// What is told on stderr is told as events too, to who comes early and to who comes late.
@Suite struct EventLogTests {
    private func all(_ log: EventLog) async -> [ProgressEvent.Content] {
        var contents: [ProgressEvent.Content] = []
        for await event in log.events() { contents.append(event.event) }
        return contents
    }

    @Test func whoComesEarlyAndWhoComesLateGetTheSame() async {
        let log = EventLog()
        let early = Task { [log] in
            var numbers: [Int] = []
            for await event in log.events() { numbers.append(event.number) }
            return numbers
        }
        let progress = Progress(isQuiet: true, events: log)
        progress.begin("one", as: .engine)
        progress.begin("two", as: .kind)
        progress.fail()
        progress.warn("small")
        progress.ready("ready")
        log.finish()
        #expect(
            await all(log) == [
                .started(program: Release.current), .begun(phase: .engine, title: "one"), .done,
                .begun(phase: .kind, title: "two"), .failed, .notice(severity: .warning, text: "small"),
                .ready,
            ])
        #expect(await early.value == Array(1...7))
    }

    @Test func ofProgressOnlyTheLastIsKept() async {
        let log = EventLog()
        let progress = Progress(isQuiet: true, events: log)
        progress.begin("load", as: .imageLoad)
        for done in 1...1000 { progress.update(Int64(done), of: 1000) }
        progress.done()
        log.finish()
        let contents = await all(log)
        #expect(contents.count == 4, "\(contents)")
        #expect(contents.last == .done)
    }

    @Test func theErrorThatEndedItIsKept() {
        let log = EventLog()
        #expect(log.error == nil)
        let error = KinkajouError("it failed", cure: "mend it", code: .clusterFailed)
        Progress(isQuiet: true, events: log).end(error)
        #expect(log.error == error)
    }

    @Test func nothingIsAddedAfterTheEnd() async {
        let log = EventLog()
        log.finish()
        log.append(.ready)
        #expect(await all(log) == [.started(program: Release.current)])
    }
}

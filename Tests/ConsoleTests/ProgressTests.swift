import Synchronization
import Testing
import Values

@testable import Console

/// What a person sees of phases, on a terminal and elsewhere.
struct ProgressTests {
    private final class Screen: Sendable {
        private let written = Mutex("")

        var text: String { written.withLock { $0 } }

        func write(_ text: String) { written.withLock { $0 += text } }
    }

    private let screen = Screen()

    private func progress(
        isQuiet: Bool = false, isTerminal: Bool = false, hasColour: Bool = false, isJSON: Bool = false,
        events: EventLog? = nil
    ) -> Progress {
        Progress(
            isQuiet: isQuiet, isTerminal: isTerminal, hasColour: hasColour, isJSON: isJSON, events: events,
            write: { [screen] in screen.write($0) })
    }

    /// Without the time that it took, which nobody knows before.
    private var lines: [String] {
        screen.text.split(separator: "\n").map { String($0.replacing(#/\(\d+\.\d s\)$/#, with: "(N s)")) }
    }

    @Test func aLineAtEachEndOfAPhase() {
        let progress = progress()
        progress.begin("Doing one", as: .facts)
        progress.done()
        progress.begin("Doing two", as: .engine)
        progress.fail()
        #expect(
            lines == [
                " • Doing one ...", " ✓ Doing one (N s)", " • Doing two ...", " ✗ Doing two (N s)",
            ])
        #expect(!screen.text.contains("\u{1B}"))
    }

    /// A phase that follows ends the one that was open, and an end without a phase is nothing.
    @Test func phasesDoNotOverlap() {
        let progress = progress()
        progress.done()
        progress.begin("Doing one")
        progress.begin("Doing two")
        #expect(progress.current == "Doing two")
        progress.done()
        progress.done()
        #expect(progress.records.map(\.name) == ["Doing one", "Doing two"])
        #expect(progress.records.map(\.succeeded) == [true, true])
        #expect(progress.current == nil)
        #expect(lines.filter { $0.contains("✓") }.count == 2)
    }

    /// Where there is no terminal, what is waited for is not repeated line by line.
    @Test func updatesAreNoLines() {
        let progress = progress()
        progress.begin("Loading")
        for part in 0..<100 { progress.update(Int64(part), of: 100) }
        progress.update("a Pod")
        progress.done()
        #expect(lines == [" • Loading ...", " ✓ Loading (N s)"])
    }

    @Test func quietSaysWhatMatters() {
        let progress = progress(isQuiet: true)
        progress.begin("Doing one")
        progress.notice("a notice")
        progress.warn("a loss")
        progress.end(KinkajouError("it failed", cure: "do better", code: .failed))
        #expect(lines.first == "a notice")
        #expect(lines.dropFirst().first == "warning: a loss")
        #expect(screen.text.contains("it failed"))
        #expect(screen.text.contains("do better"))
        #expect(!screen.text.contains("Doing one"))
    }

    /// The events of a quiet session are all there: who is quiet to a person is not to a program.
    @Test func eventsDoNotDependOnThePerson() async {
        func told(isQuiet: Bool) async -> [ProgressEvent.Content] {
            let events = EventLog()
            let progress = progress(isQuiet: isQuiet, events: events)
            progress.begin("Doing one", as: .facts)
            progress.update("something")
            progress.done()
            progress.ready("ready")
            events.finish()
            var contents: [ProgressEvent.Content] = []
            for await event in events.events() { contents.append(event.event) }
            return contents
        }
        let loud = await told(isQuiet: false)
        let quiet = await told(isQuiet: true)
        #expect(loud == quiet)
        #expect(loud.contains(.begun(phase: .facts, title: "Doing one")))
        #expect(loud.last == .ready)
    }

    @Test func colourIsForTerminalsThatWantIt() {
        let coloured = progress(isTerminal: true, hasColour: true)
        coloured.begin("Doing one")
        coloured.done()
        #expect(screen.text.contains("\u{1B}[32m✓\u{1B}[0m"))
        let plain = Screen()
        let progress = Progress(
            isQuiet: false, isTerminal: true, hasColour: false, isJSON: false, events: nil,
            write: { plain.write($0) })
        progress.begin("Doing two")
        progress.done()
        #expect(plain.text.contains(" ✓ Doing two ("))
        #expect(!plain.text.contains("[32m"))
    }

    /// As JSON, every line is an event, and nothing is said twice.
    @Test func asJSONThereIsNothingElse() throws {
        let progress = progress(isJSON: true)
        progress.begin("Doing one", as: .facts)
        progress.warn("a loss")
        progress.done()
        progress.end(KinkajouError("it failed", cure: "do better", code: .timedOut))
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 4)
        for line in lines { #expect(line.hasPrefix("{") && line.hasSuffix("}")) }
        #expect(screen.text.contains("a loss"))
    }
}

internal import Glibc
internal import Synchronization
public import Values

/// Tells a person on stderr what is being done, in kind's way: on a terminal a spinner that turns into a
/// mark, elsewhere one line when a phase starts and one when it ends. Programs get the same as events.
public final class Progress: Sendable {
    private struct State {
        var phase: String?
        var detail = ""
        var waitedFor: String?
        var start: Double = 0
        var began = ContinuousClock.now
        var lastLine = ContinuousClock.now
        var spinner: Task<Void, Never>?
        var records: [PhaseRecord] = []
    }

    private let isQuiet: Bool
    private let isTerminal: Bool
    /// Whether the events themselves are what is written.
    private let isJSON: Bool
    private let hasColour: Bool
    private let events: EventLog?
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// Progress on stderr. Colour and the spinner are for terminals; `NO_COLOR` turns colour off
    /// (https://no-color.org).
    ///
    /// - Parameter events: Gets all that is told, also when this is quiet; nil: nobody asks.
    public convenience init(isQuiet: Bool = false, events: EventLog? = nil) {
        self.init(
            isQuiet: isQuiet, isTerminal: Terminal.isCapable(STDERR_FILENO),
            hasColour: Terminal.hasColour(STDERR_FILENO),
            isJSON: LogOutput.format == .json, events: events, write: StandardError.write)
    }

    /// Progress that is written to wherever it is wanted.
    init(
        isQuiet: Bool, isTerminal: Bool, hasColour: Bool, isJSON: Bool, events: EventLog?,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isJSON = isJSON
        // What is written as events is not written for people, too.
        self.isQuiet = isQuiet || isJSON
        self.events = events ?? (isJSON ? EventLog() : nil)
        self.isTerminal = isTerminal
        self.hasColour = hasColour
        self.write = write
    }

    /// The phases that have ended, in order.
    public var records: [PhaseRecord] { state.withLock { $0.records } }

    /// The phase that goes on.
    public var current: String? { state.withLock { $0.phase } }

    /// A phase begins. One that was open is taken for done.
    ///
    /// - Parameters:
    ///   - phase: What a person sees of it.
    ///   - code: What programs know it by.
    ///   - waitedFor: What it waits for, where it does nothing but wait.
    public func begin(_ phase: String, as code: PhaseCode = .step, waitingFor waitedFor: String? = nil) {
        finish(success: true)
        tell(.begun(phase: code, title: phase))
        state.withLock { state in
            state.phase = phase
            state.detail = ""
            state.waitedFor = waitedFor
            state.start = LogOutput.now()
            state.began = .now
            state.lastLine = .now
            guard !isQuiet else { return }
            if isTerminal {
                state.spinner = Task.detached { [weak self] in await self?.spin(phase) }
            } else {
                write(" • \(phase) ...\n")
            }
        }
    }

    /// What the open phase waits for. Where there is no terminal it is said every five seconds at most.
    public func update(_ detail: String) {
        tell(.waiting(detail: detail))
        show(detail)
    }

    /// How far the open phase has come, in bytes.
    public func update(_ done: Int64, of total: Int64) {
        tell(.progress(done: done, total: total))
        show("\(done * 100 / max(total, 1)) % of \(total >> 20) MiB")
    }

    private func show(_ detail: String) {
        state.withLock { state in
            guard let phase = state.phase, !isQuiet, state.detail != detail else { return }
            state.detail = detail
            if !isTerminal, state.lastLine + .seconds(5) < .now {
                state.lastLine = .now
                write(" • \(phase): \(detail)\n")
            }
        }
    }

    /// The open phase has worked.
    public func done() {
        finish(success: true)
    }

    /// The open phase has failed.
    public func fail() {
        finish(success: false)
    }

    /// A line beside the phases; it goes out also when progress is quiet.
    public func notice(_ text: String) {
        tell(.notice(severity: .information, text: text))
        line(text)
    }

    /// Something that works, with a loss that is named; it goes out also when progress is quiet.
    public func warn(_ text: String) {
        tell(.notice(severity: .warning, text: text))
        line("warning: \(text)")
    }

    /// What is made can be used.
    public func ready(_ text: String) {
        finish(success: true)
        tell(.ready)
        line(text)
    }

    /// All of it came to nothing: the open phase has failed, and this is why.
    public func end(_ error: KinkajouError) {
        finish(success: false)
        tell(.ended(error: error))
        for text in error.lines { line(text) }
    }

    private func tell(_ content: ProgressEvent.Content) {
        let event = events?.append(content)
        if isJSON, let event { write(event.line) }
    }

    private func line(_ text: String) {
        guard !isJSON else { return }
        state.withLock { state in
            clearLine(state)
            write(text + "\n")
        }
    }

    private func finish(success: Bool) {
        let wasOpen = state.withLock { state in
            guard let phase = state.phase else { return false }
            let duration = state.began.duration(to: .now)
            state.records.append(
                PhaseRecord(
                    name: phase, waitedFor: state.waitedFor, start: state.start, duration: duration,
                    succeeded: success))
            clearLine(state)
            state.spinner?.cancel()
            state.spinner = nil
            state.phase = nil
            if !isQuiet {
                let mark = success ? coloured("✓", 32) : coloured("✗", 31)
                write(" \(mark) \(phase) (\(duration.inTenths) s)\n")
            }
            return true
        }
        if wasOpen { tell(success ? .done : .failed) }
    }

    private func spin(_ phase: String) async {
        let frames = [
            "⠈⠁", "⠈⠑", "⠈⠱", "⠈⡱", "⢀⡱", "⢄⡱", "⢄⡱", "⢆⡱", "⢎⡱", "⢎⡰", "⢎⡠", "⢎⡀", "⢎⠁", "⠎⠁", "⠊⠁",
        ]
        var frame = 0
        while !Task.isCancelled {
            state.withLock { state in
                if state.phase == phase {
                    write("\r\u{1B}[K \(coloured(frames[frame], 36)) \(phase) \(state.detail)")
                }
            }
            frame = (frame + 1) % frames.count
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
        }
    }

    private func clearLine(_ state: State) {
        if isTerminal, !isQuiet, state.phase != nil { write("\r\u{1B}[K") }
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension Duration {
    /// In seconds, with one decimal.
    public var inTenths: String {
        let tenths = components.seconds * 10 + components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}

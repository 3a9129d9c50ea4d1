internal import Glibc
internal import Synchronization

/// Tells a person on stderr what is being done, in kind's way: on a terminal a spinner that turns into a
/// mark, elsewhere one line when a phase starts and one when it ends.
public final class Progress: Sendable {
    private struct State {
        var phase: String?
        var spinner: Task<Void, Never>?
    }

    private let isQuiet: Bool
    private let isTerminal: Bool
    private let hasColour: Bool
    private let state = Mutex(State())

    /// Progress on stderr. Colour and the spinner are for terminals; `NO_COLOR` turns colour off
    /// (https://no-color.org).
    public init(isQuiet: Bool = false) {
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
        let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColour = isTerminal && !noColour
    }

    /// A phase begins. One that was open is taken for done.
    public func begin(_ phase: String) {
        finish(success: true)
        guard !isQuiet else { return }
        state.withLock { state in
            state.phase = phase
            if isTerminal {
                state.spinner = Task.detached { [weak self] in await self?.spin(phase) }
            } else {
                write(" • \(phase) ...\n")
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
        state.withLock { state in
            clearLine(state)
            write(text + "\n")
        }
    }

    private func finish(success: Bool) {
        state.withLock { state in
            guard let phase = state.phase else { return }
            clearLine(state)
            state.spinner?.cancel()
            state.spinner = nil
            state.phase = nil
            let mark = success ? coloured("✓", 32) : coloured("✗", 31)
            write(" \(mark) \(phase)\n")
        }
    }

    private func spin(_ phase: String) async {
        let frames = [
            "⠈⠁", "⠈⠑", "⠈⠱", "⠈⡱", "⢀⡱", "⢄⡱", "⢄⡱", "⢆⡱", "⢎⡱", "⢎⡰", "⢎⡠", "⢎⡀", "⢎⠁", "⠎⠁", "⠊⠁",
        ]
        var frame = 0
        while !Task.isCancelled {
            state.withLock { state in
                if state.phase == phase { write("\r \(coloured(frames[frame], 36)) \(phase) ") }
            }
            frame = (frame + 1) % frames.count
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { return }
        }
    }

    private func clearLine(_ state: State) {
        if isTerminal, state.phase != nil { write("\r\u{1B}[K") }
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        hasColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func write(_ text: String) {
        StandardError.write(text)
    }
}

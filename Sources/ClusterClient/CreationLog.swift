internal import Synchronization

/// Reads the progress of `kinkajou cluster` from its log, and hands it on as ours. Its form is that of kind where
/// there is no terminal: ` • PHASE ...`, ` • PHASE: DETAIL`, ` ✓ PHASE (1.2 s)`, ` ✗ PHASE (1.2 s)`.
final class CreationLog: Sendable {
    /// The line that says that the cluster can be used.
    private static let readyMark = "kinkajou: the cluster is ready"

    private struct State {
        var rest: [UInt8] = []
        var lines: [String] = []
        var phase: String?
        var isReady = false
    }

    private let follower: any CreationFollower
    private let state = Mutex(State())

    init(follower: any CreationFollower) {
        self.follower = follower
    }

    /// Whether the log has said that the cluster is ready.
    var isReady: Bool { state.withLock { $0.isReady } }

    /// The last lines that were no progress: what a failure is explained by.
    func lastLines(_ count: Int) -> [String] {
        state.withLock { state in
            let lines = state.lines.filter { line in !line.hasPrefix(" •") && !line.hasPrefix(" ✓") }
            return Array(lines.suffix(count))
        }
    }

    /// Takes a piece of the log, and returns whether it is now known that the cluster is ready.
    func take(_ bytes: some Sequence<UInt8>) -> Bool {
        let (lines, isReady) = state.withLock { state in
            state.rest += bytes
            var lines: [String] = []
            while let end = state.rest.firstIndex(of: 10) {
                lines.append(String(decoding: state.rest[..<end], as: UTF8.self))
                state.rest.removeFirst(end + 1)
            }
            state.lines = (state.lines + lines).suffix(400)
            if lines.contains(where: { $0.hasPrefix(Self.readyMark) }) { state.isReady = true }
            return (lines, state.isReady)
        }
        for line in lines { show(line) }
        return isReady
    }

    private func show(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return }
        let rest = String(words[1])
        switch words[0] {
        case "•":
            if rest.hasSuffix(" ...") {
                let phase = String(rest.dropLast(4))
                state.withLock { $0.phase = phase }
                follower.begin(phase)
            } else if let phase = state.withLock({ $0.phase }), rest.hasPrefix(phase + ": ") {
                follower.update(String(rest.dropFirst(phase.count + 2)))
            }
        case "✓": follower.end(success: true)
        case "✗": follower.end(success: false)
        case "warning:": follower.notice(line)
        default: return
        }
    }
}

internal import Console
internal import Synchronization
internal import Values

/// Reads kind's own progress from its stderr and shows it as ours.
final class KindPhases: Sendable {
    private let progress: Progress
    private let others = Mutex<[String]>([])

    init(progress: Progress) {
        self.progress = progress
    }

    /// The lines that were not progress: errors and warnings.
    var messages: [String] { others.withLock { $0 } }

    /// A line of kind's stderr. Without a terminal kind writes ` • PHASE  ...`, ` ✓ PHASE` and ` ✗ PHASE`.
    func take(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1)
        let rest = words.count == 2 ? String(words[1]) : ""
        switch words.first {
        case "•":
            var phase = rest[...]
            if phase.hasSuffix("...") { phase = phase.dropLast(3) }
            while phase.last == " " { phase.removeLast() }
            progress.begin(String(phase), as: .kind)
        case "✓": progress.done()
        case "✗": progress.fail()
        case nil: return
        default:
            if line.hasPrefix("Creating cluster ") { return }
            others.withLock { $0.append(line) }
        }
    }
}

extension Trace {
    /// The phases as bars, for a terminal or a log.
    ///
    /// - Parameters:
    ///   - width: How many columns there are; less than 40 is taken for 40.
    ///   - hasColour: Whether what failed is red.
    public func text(width: Int = 80, hasColour: Bool = false) -> String {
        var lines = [summary]
        let titles = phases.map { Self.mark($0.outcome) + " " + $0.title }
        let times = phases.map { Self.tenths($0.seconds) + " s" }
        let timeWidth = times.map(\.count).max() ?? 0
        let titleWidth = min(titles.map(\.count).max() ?? 0, max(width, 40) / 2)
        let barWidth = max(width, 40) - titleWidth - timeWidth - 4
        for (index, phase) in phases.enumerated() {
            let title = Self.fitted(titles[index], titleWidth)
            let time = String(repeating: " ", count: timeWidth - times[index].count) + times[index]
            let line = title + "  " + time + "  " + bar(phase, width: barWidth)
            lines.append(hasColour && phase.outcome == .failed ? "\u{1B}[31m\(line)\u{1B}[0m" : line)
        }
        if let failure { lines.append("error: " + failure) }
        return lines.map { $0 + "\n" }.joined()
    }

    private func bar(_ phase: Phase, width: Int) -> String {
        let place = span(of: phase, in: width)
        return String(repeating: " ", count: place.from)
            + String(repeating: phase.outcome == .open ? "▒" : "█", count: place.length)
    }

    /// Where a phase lies on an axis of so many cells; each has one cell at least.
    func span(of phase: Phase, in cells: Int) -> (from: Int, length: Int) {
        let all = seconds
        guard all > 0, cells > 0 else { return (0, 1) }
        let from = min(Int(phase.begin / all * Double(cells)), cells - 1)
        let to = Int((phase.begin + phase.seconds) / all * Double(cells))
        return (from, max(1, min(to, cells) - from))
    }

    private static func mark(_ outcome: Outcome) -> String {
        switch outcome {
        case .done: "✓"
        case .failed: "✗"
        case .open: "…"
        }
    }

    /// A text of exactly so many characters; what is too long is cut.
    private static func fitted(_ text: String, _ width: Int) -> String {
        text.count > width
            ? text.prefix(max(0, width - 1)) + "…" : text + String(repeating: " ", count: width - text.count)
    }
}

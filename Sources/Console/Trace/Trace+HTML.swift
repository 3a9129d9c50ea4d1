extension Trace {
    /// One page with everything in it, for a browser or as an artifact of a CI job: a picture in SVG, and no script.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(summary))</title>
        <style>
        :root { color-scheme: light dark; --text: #1d2129; --line: #d5d9e0; --bar: #3b76d6; --bad: #c8322b; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e4e7ec; --line: #3a404b; --bar: #6ea3f5; --bad: #f0716a; }
        }
        body { font: 15px/1.4 system-ui, sans-serif; color: var(--text); margin: 2rem auto; max-width: 1000px; padding: 0 1rem; }
        h1 { font-size: 1.3rem; font-weight: 600; }
        svg { width: 100%; height: auto; }
        text { font-size: 13px; fill: var(--text); }
        .axis { stroke: var(--line); }
        .done, .open { fill: var(--bar); }
        .open { fill-opacity: 0.5; }
        .failed { fill: var(--bad); }
        .failure { color: var(--bad); white-space: pre-wrap; }
        </style>
        </head>
        <body>
        <h1>\(Self.escaped(summary))</h1>
        \(failure.map { "<p class=\"failure\">\(Self.escaped($0))</p>\n" } ?? "")\(picture)
        </body>
        </html>

        """
    }

    private static let width = 1000
    private static let labelWidth = 330
    private static let rowHeight = 26
    private static let top = 28

    private var picture: String {
        let height = Self.top + phases.count * Self.rowHeight + 6
        var lines = [
            """
            <svg viewBox="0 0 \(Self.width) \(height)" role="list" aria-label="\(Self.escaped(summary))" \
            xmlns="http://www.w3.org/2000/svg">
            """
        ]
        for tick in ticks {
            let x = Self.position(tick, of: seconds)
            lines.append("<line class=\"axis\" x1=\"\(x)\" y1=\"20\" x2=\"\(x)\" y2=\"\(height)\"/>")
            lines.append("<text x=\"\(x)\" y=\"14\" text-anchor=\"middle\">\(Self.label(tick)) s</text>")
        }
        for (row, phase) in phases.enumerated() {
            lines.append(bar(phase, y: Self.top + row * Self.rowHeight))
        }
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    private func bar(_ phase: Phase, y: Int) -> String {
        let from = Self.position(phase.begin, of: seconds)
        let to = Self.position(phase.begin + phase.seconds, of: seconds)
        let time = Self.tenths(phase.seconds) + " s"
        var hint = "\(phase.title): \(time)"
        if phase.outcome == .failed { hint += ", failed" }
        if phase.outcome == .open { hint += ", goes on" }
        if let waitedFor = phase.waitedFor { hint += "; waited for \(waitedFor)" }
        // Beside the bar, on whichever side there is room.
        let isLeft = to > Self.width - 60
        let label = isLeft ? from - 6 : to + 6
        return """
            <g role="listitem" aria-label="\(Self.escaped(hint))"><title>\(Self.escaped(hint))</title>
            <text x="0" y="\(y + 16)">\(Self.escaped(Self.shortened(phase.title)))</text>
            <rect class="\(phase.outcome.rawValue)" x="\(from)" y="\(y + 3)" width="\(max(2, to - from))" height="18" rx="2"/>
            <text x="\(label)" y="\(y + 16)"\(isLeft ? " text-anchor=\"end\"" : "")>\(time)</text></g>
            """
    }

    /// Where lines of the axis stand: at most eleven of them, at round numbers.
    private var ticks: [Double] {
        let all = seconds
        let steps: [Double] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800]
        guard all > 0 else { return [0] }
        // Longer ones by whole hours.
        let step = steps.first { all / $0 <= 10 } ?? (all / 36000).rounded(.up) * 3600
        return (0...Int(all / step)).map { Double($0) * step }
    }

    private static func position(_ second: Double, of all: Double) -> Int {
        let room = Double(width - labelWidth - 10)
        return labelWidth + (all > 0 ? Int((min(second, all) / all * room).rounded()) : 0)
    }

    private static func label(_ second: Double) -> String {
        Int(exactly: second).map { "\($0)" } ?? tenths(second)
    }

    /// What fits before the bars.
    private static func shortened(_ title: String) -> String {
        title.count > 44 ? title.prefix(43) + "…" : title
    }

    private static func escaped(_ text: String) -> String {
        // By scalars: a sign with a combining mark behind it is one `Character`, and markup all the same.
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

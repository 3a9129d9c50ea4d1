extension Report {
    /// The report for a person.
    ///
    /// - Parameter showsAll: Whether what is as it should be is shown too.
    public func text(showsAll: Bool = false) -> String {
        var lines: [String] = []
        for area in Area.allCases {
            let shown = findings.filter { $0.area == area && (showsAll || $0.severity > .ok) }
            guard !shown.isEmpty else { continue }
            lines.append(area.heading)
            for entry in shown {
                let place = entry.place.map { "[\($0)] " } ?? ""
                lines.append("  \(entry.severity.mark) \(place)\(entry.id): \(entry.found)")
                if entry.severity > .ok {
                    lines.append("      from: \(entry.source)")
                    if entry.severity > .info { lines.append("      why:  \(entry.why)") }
                    if let cure = entry.cure { lines.append("      cure: \(cure)") }
                    lines.append("      see:  \(entry.link)")
                }
            }
        }
        lines.append(summaryLine)
        return lines.joined(separator: "\n") + "\n"
    }

    /// How many findings of which severity, in a line.
    public var summaryLine: String {
        let parts = Severity.allCases.reversed().map { severity in
            let count = count(severity)
            let name =
                severity == .ok || severity == .info || count == 1
                ? severity.rawValue : severity.rawValue + "s"
            return "\(count) \(name)"
        }
        return "\(target.title), for \(purpose.rawValue): " + parts.joined(separator: ", ")
    }
}

extension Severity {
    fileprivate var mark: String {
        switch self {
        case .ok: "✓"
        case .info: "i"
        case .warning: "!"
        case .error: "✗"
        }
    }
}

extension Area {
    /// The heading on a terminal.
    fileprivate var heading: String { String(title.filter { $0 != "`" }) }
}

extension Target {
    /// In words.
    fileprivate var title: String {
        switch self {
        case .here: "here"
        case .docker: "the Docker engine"
        case .kubernetes: "the host cluster"
        }
    }
}

extension Report {
    /// The report for a CI system, in the format of JUnit (https://github.com/testmoapp/junitxml): a suite for
    /// each area, a case for each finding.
    ///
    /// - Parameter isStrict: Whether warnings are failures too.
    public func junit(isStrict: Bool) -> String {
        func fails(_ entry: ReportEntry) -> Bool {
            entry.severity == .error || (isStrict && entry.severity == .warning)
        }
        let failures = findings.count(where: fails)
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites name=\"kinkajou doctor\" tests=\"\(findings.count)\" failures=\"\(failures)\" errors=\"0\">",
        ]
        for area in Area.allCases {
            let entries = findings.filter { $0.area == area }
            guard !entries.isEmpty else { continue }
            lines.append(
                "  <testsuite name=\"\(area.rawValue)\" tests=\"\(entries.count)\""
                    + " failures=\"\(entries.count(where: fails))\" errors=\"0\" skipped=\"0\">")
            for entry in entries { lines += Self.testCase(entry, fails: fails(entry)) }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func testCase(_ entry: ReportEntry, fails: Bool) -> [String] {
        let name = [entry.id, entry.place].compactMap { $0 }.joined(separator: " on ")
        let start =
            "    <testcase classname=\"kinkajou.doctor.\(entry.area.rawValue)\" name=\"\(escaped(name))\""
        let details = [
            "from: \(entry.source)", "why: \(entry.why)", entry.cure.map { "cure: \($0)" },
            "see: \(entry.link)",
        ].compactMap { $0 }.joined(separator: "\n")
        if fails {
            return [
                start + ">",
                "      <failure type=\"\(entry.severity.rawValue)\" message=\"\(escaped(entry.found))\">"
                    + escaped(details) + "</failure>",
                "    </testcase>",
            ]
        }
        let text =
            "\(entry.severity.rawValue): \(entry.found)"
            + (entry.severity == .ok ? "" : "\n" + details)
        return [start + ">", "      <system-out>" + escaped(text) + "</system-out>", "    </testcase>"]
    }

    /// A text in XML, without the control characters that XML 1.0 has no way to write.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 32 || scalar.value == 0xfffe || scalar.value == 0xffff: result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

internal import FoundationEssentials

/// Reads the log of dockerd, and of the containerd that it starts, for the reason of a failure.
///
/// Both write lines of logfmt (`time="..." level=error msg="..."`), or JSON with `--log-format json`. Why
/// dockerd ends it writes as a plain last line: `failed to start daemon: ...`.
public enum DaemonLog {
    /// The reason why the daemon failed, in its own words; nil when the log names none.
    ///
    /// The last of the most telling kind of line wins: the plain line with which dockerd ends, a fatal one, a
    /// crash of the Go runtime, another plain line, an error.
    public static func failureReason(lines: [String]) -> String? {
        var found: [Kind: String] = [:]
        var open: Kind?
        for raw in lines {
            let line = withoutEscapes(raw)
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            let entry = Entry(line)
            if let level = entry.level {
                open = nil
                switch level {
                case "fatal", "panic": found[.fatal] = entry.text
                case "error": found[.error] = entry.text
                default: break
                }
            } else if let reason = daemonReason(line) {
                found[.daemon] = reason
                open = .daemon
            } else if line.hasPrefix("panic: ") || line.hasPrefix("fatal error: ") {
                // The first: what follows are goroutines, and crashes while crashing.
                if found[.crash] == nil { found[.crash] = line }
                open = .crash
            } else if let kind = open {
                // A message of several lines, such as that of iptables. Of a crash, the first line says it.
                if kind != .crash, let text = found[kind], text.utf8.count < 2000 {
                    found[kind] = text + " " + trimmed(line)
                }
            } else {
                found[.plain] = trimmed(line)
                open = .plain
            }
        }
        for kind in Kind.allCases {
            if let reason = found[kind] { return reason }
        }
        return nil
    }

    /// The last `count` lines that are not blank, without escape sequences of a terminal.
    public static func tail(lines: [String], count: Int) -> [String] {
        lines.lazy.map(withoutEscapes).filter { !$0.allSatisfy(\.isWhitespace) }.suffix(max(0, count))
    }

    /// Whether containerd did not answer within the time that dockerd allows it, which is no setting: 15 s
    /// (moby, libcontainerd/supervisor, `startupTimeout`).
    public static func saysContainerdWasTooSlow(lines: [String]) -> Bool {
        lines.contains { $0.contains("timeout waiting for containerd to start") }
    }

    /// All that is no mere information: warnings, errors and lines in no known form.
    public static func complaints(lines: [String]) -> [String] {
        lines.compactMap { line in
            let entry = Entry(withoutEscapes(line))
            switch entry.level {
            case "info", "debug", "trace": return nil
            default: return entry.text
            }
        }
    }

    /// In the order in which they are believed.
    private enum Kind: CaseIterable {
        case daemon, fatal, crash, plain, error
    }

    private static func daemonReason(_ line: String) -> String? {
        for prefix in ["failed to start daemon: ", "failed to load listeners: ", "Status: "]
        where line.hasPrefix(prefix) {
            return trimmed(String(line.dropFirst(prefix.count)))
        }
        return nil
    }

    private static func trimmed(_ line: String) -> String {
        var text = Substring(line)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Without the colours that logrus writes to a terminal.
    private static func withoutEscapes(_ line: String) -> String {
        guard line.utf8.contains(0x1B) else { return line }
        var result = String.UnicodeScalarView()
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\u{1B}" else {
                result.append(scalar)
                continue
            }
            guard rest.first == "[" else { continue }
            rest.removeFirst()
            // A control sequence ends with a byte from 0x40 to 0x7E (ECMA-48, 5.4).
            while let next = rest.popFirst(), !(0x40...0x7E).contains(next.value) {}
        }
        return String(result)
    }

    /// A line of the log; `level` is nil when it is in none of the known forms.
    private struct Entry {
        var level: String?
        var text: String

        init(_ line: String) {
            text = line
            if line.hasPrefix("{") {
                readJSON(line)
            } else if line.count > 5, Array(line.utf8)[4] == UInt8(ascii: "["),
                let level = Entry.shortLevels[String(line.prefix(4))],
                let end = line.firstIndex(of: "]")
            {
                // What logrus writes to a terminal: FATA[0001] or ERRO[2024-...] and the message.
                self.level = level
                text = trimmed(String(line[line.index(after: end)...]))
            } else {
                readLogfmt(line)
            }
        }

        private static let shortLevels = [
            "FATA": "fatal", "PANI": "panic", "ERRO": "error", "WARN": "warning", "INFO": "info",
            "DEBU": "debug", "TRAC": "trace",
        ]

        private mutating func readJSON(_ line: String) {
            struct Document: Decodable {
                let level: String?
                let msg: String?
                let error: String?
            }
            guard let document = try? JSONDecoder().decode(Document.self, from: Data(line.utf8)),
                let level = document.level
            else { return }
            self.level = level
            text = Entry.joined(document.msg, document.error)
        }

        private mutating func readLogfmt(_ line: String) {
            guard line.hasPrefix("time=") || line.hasPrefix("level=") else { return }
            let fields = Entry.logfmtFields(line)
            guard let level = fields["level"] else { return }
            self.level = level
            text = Entry.joined(fields["msg"], fields["error"])
        }

        /// A message and its cause, unless the message says it already.
        private static func joined(_ message: String?, _ error: String?) -> String {
            guard let message, !message.isEmpty else { return error ?? "" }
            guard let error, !error.isEmpty, !message.contains(error) else { return message }
            return "\(message): \(error)"
        }

        private static func logfmtFields(_ line: String) -> [String: String] {
            var fields: [String: String] = [:]
            var rest = line[...]
            while true {
                rest = rest.drop { $0 == " " }
                guard let equals = rest.firstIndex(of: "=") else { return fields }
                let key = String(rest[..<equals])
                rest = rest[rest.index(after: equals)...]
                var value = ""
                if rest.first == "\"" {
                    rest.removeFirst()
                    while let character = rest.popFirst(), character != "\"" {
                        guard character == "\\" else {
                            value.append(character)
                            continue
                        }
                        switch rest.popFirst() {
                        case "n", "r", "t": value.append(" ")
                        case .some(let escaped): value.append(escaped)
                        case nil: break
                        }
                    }
                } else {
                    value = String(rest.prefix { $0 != " " })
                    rest = rest.dropFirst(value.count)
                }
                fields[key] = value
            }
        }
    }
}

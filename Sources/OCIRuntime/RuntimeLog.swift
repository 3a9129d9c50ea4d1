internal import Glibc

/// Writes into the log of the runtime, in its format, so that the engine's reader of that log
/// understands every line.
struct RuntimeLog {
    /// How grave a line is. Engines take the last line of level `error` for the reason of a failure
    /// (containerd's `getLastRuntimeError`), so that level is for failures of the call alone.
    enum Level: String {
        case info, warning, error
    }

    /// The path that `--log` gives; empty: there is no log.
    let path: [UInt8]
    let isJSON: Bool

    /// The log of a call. Nothing is written where crun logs to something else than a file.
    init(_ call: RuntimeCall) {
        isJSON = call.logFormat.isNamed("json")
        let isKnown = isJSON || call.logFormat.isNamed("text")
        let elsewhere: [StaticString] = ["journald:", "syslog:"]
        let file: StaticString = "file:"
        if !isKnown || elsewhere.contains(where: { call.log.starts(with: $0.bytes) }) {
            path = []
        } else if call.log.starts(with: file.bytes) {
            path = Array(call.log.dropFirst(file.utf8CodeUnitCount))
        } else {
            path = call.log
        }
    }

    /// Appends lines; a log that cannot be written is no reason to fail.
    func append(_ level: Level, _ messages: [String]) {
        guard !path.isEmpty, !messages.isEmpty else { return }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let lines = messages.map { line(level, "kinkajou-oci: " + $0, time: Self.timestamp(now.tv_sec)) }
        // O_NONBLOCK: a FIFO that nobody reads must not stop the call; runc itself then waits there.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        let descriptor = withCPath(path) { open($0, flags, 0o644) }
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // One write: the log may be shared, and half a line of JSON would spoil the rest of it.
        _ = Array(lines.joined().utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// One line as logrus writes it without a terminal.
    func line(_ level: Level, _ message: String, time: String) -> String {
        isJSON
            ? "{\"level\":\"\(level)\",\"msg\":\"\(Self.escaped(message))\",\"time\":\"\(time)\"}\n"
            : "time=\"\(time)\" level=\(level) msg=\"\(Self.escaped(message))\"\n"
    }

    /// The point in time as RFC 3339 has it, in UTC.
    static func timestamp(_ seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = buffer.withUnsafeMutableBytes { buffer in
            strftime(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, "%FT%TZ", &parts)
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Escapes for a quoted string, the same in JSON and in logrus' text (Go's `%q`).
    private static func escaped(_ message: String) -> String {
        var result = ""
        for scalar in message.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result.unicodeScalars.append("\\")
                result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

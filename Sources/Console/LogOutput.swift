internal import Glibc
internal import Logging
internal import Synchronization
internal import Values

/// What this process writes to stderr, and in which form: set once, before anything is written.
public enum LogOutput {
    /// The form of what is on stderr.
    public enum Format: String, Sendable, CaseIterable {
        /// Lines for people.
        case text
        /// A line of JSON each: events (docs/inside.md), and records of the log.
        case json
    }

    private static let chosen = Mutex(Format.text)

    /// The form that was chosen.
    public static var format: Format { chosen.withLock { $0 } }

    /// Chooses the form, and what is logged. To be called once, before the first logger is made.
    ///
    /// - Parameter verbosity: 0: warnings and errors; 1: also what begins and ends; 2: also requests, retries and
    ///   reconnects; 3 and more: everything.
    public static func start(verbosity: Int, format: Format) {
        chosen.withLock { $0 = format }
        let level = level(of: verbosity)
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, level: level, format: format) }
    }

    /// The seconds since 1970, in thousandths.
    public static func now() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec / 1_000_000) / 1000
    }

    static func level(of verbosity: Int) -> Logger.Level {
        switch verbosity {
        case ..<1: .warning
        case 1: .info
        case 2: .debug
        default: .trace
        }
    }
}

/// Writes records of the log to stderr.
struct StandardErrorLog: LogHandler {
    let label: String
    let format: LogOutput.Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, level: Logger.Level, format: LogOutput.Format) {
        self.label = label
        self.format = format
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write(
            line(of: event.level, "\(event.message)", event.metadata ?? [:], at: LogOutput.now()))
    }

    /// A record as a line.
    func line(of level: Logger.Level, _ message: String, _ more: Logger.Metadata, at time: Double) -> String {
        let members = metadata.merging(more) { $1 }.mapValues { "\($0)" }
        switch format {
        case .text:
            let pairs = members.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            return "\(level) \(label): \(message)\(pairs)\n"
        case .json:
            var record: JSONValue = [
                "time": .number(time), "level": .string("\(level)"), "logger": .string(label),
                "message": .string(message),
            ]
            for (key, value) in members { record["metadata"][key] = .string(value) }
            return String(decoding: JSONValue.object(["log": record]).encoded(), as: UTF8.self) + "\n"
        }
    }

}

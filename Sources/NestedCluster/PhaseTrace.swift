internal import Console
internal import FoundationEssentials
internal import Values

/// The phases of a session as JSON, for machines to read.
struct PhaseTrace: Encodable {
    struct Phase: Encodable {
        var name: String
        var start: String
        var end: String
        var seconds: Double
        var waitedFor: String?
        var succeeded: Bool
    }

    var phases: [Phase]

    init(_ records: [PhaseRecord]) {
        phases = records.map { record in
            let seconds = record.duration.seconds
            return Phase(
                name: record.name, start: Self.text(record.start), end: Self.text(record.start + seconds),
                seconds: (seconds * 1000).rounded() / 1000, waitedFor: record.waitedFor,
                succeeded: record.succeeded)
        }
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    private static func text(_ time: Double) -> String {
        Date(timeIntervalSince1970: time).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

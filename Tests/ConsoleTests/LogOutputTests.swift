import Logging
import Testing
import Values

@testable import Console

/// The form of what is logged.
@Suite struct LogOutputTests {
    @Test(arguments: [
        (-1, Logger.Level.warning), (0, .warning), (1, .info), (2, .debug), (3, .trace), (9, .trace),
    ])
    func moreIsToldStepByStep(verbosity: Int, level: Logger.Level) {
        #expect(LogOutput.level(of: verbosity) == level)
    }

    @Test func aRecordIsALineForPeople() {
        var handler = StandardErrorLog(label: "kinkajou.kubernetes", level: .debug, format: .text)
        handler[metadataKey: "b"] = "2"
        #expect(
            handler.line(of: .debug, "GET /api", ["a": "1"], at: 1)
                == "debug kinkajou.kubernetes: GET /api a=1 b=2\n")
    }

    @Test func aRecordIsALineOfJSON() throws {
        let handler = StandardErrorLog(label: "kinkajou.docker", level: .debug, format: .json)
        let line = handler.line(of: .warning, "two\nlines", ["a": "1"], at: 1.5)
        #expect(line.filter { $0 == "\n" }.count == 1)
        let record = try JSONValue(json: Array(line.utf8))["log"]
        #expect(record["level"] == "warning")
        #expect(record["logger"] == "kinkajou.docker")
        #expect(record["message"] == "two\nlines")
        #expect(record["metadata"]["a"] == "1")
    }
}

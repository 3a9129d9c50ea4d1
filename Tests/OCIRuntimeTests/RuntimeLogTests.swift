import FoundationEssentials
import Testing

@testable import OCIRuntime

@Suite struct RuntimeLogTests {
    private func log(_ arguments: String...) -> RuntimeLog {
        RuntimeLog(RuntimeCall(arguments: arguments.map { Array($0.utf8) }))
    }

    @Test func writesTheTwoFormats() {
        let text = log("--log", "/l").line(.info, "a \"b\"\n\\", time: "2024-02-29T23:59:59Z")
        #expect(text == #"time="2024-02-29T23:59:59Z" level=info msg="a \"b\"\u000a\\""# + "\n")
        let json = log("--log", "/l", "--log-format", "json").line(.error, "a\t\"ü\"", time: "t")
        #expect(json == #"{"level":"error","msg":"a\u0009\"ü\"","time":"t"}"# + "\n")
    }

    @Test func aLineOfJSONIsJSON() throws {
        let message = String(String.UnicodeScalarView((0..<0x180).compactMap(Unicode.Scalar.init)))
        let line = log("--log", "/l", "--log-format", "json").line(.warning, message, time: "t")
        let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(fields == ["level": "warning", "msg": message, "time": "t"])
    }

    @Test func timesAreRFC3339() {
        #expect(RuntimeLog.timestamp(0) == "1970-01-01T00:00:00Z")
        #expect(RuntimeLog.timestamp(1_709_251_199) == "2024-02-29T23:59:59Z")
    }

    @Test func knowsWhereToWrite() {
        #expect(log("--log", "/l").path == Array("/l".utf8))
        #expect(log("--log", "file:/l").path == Array("/l".utf8))
        for arguments in [
            ["--log", "syslog:x"], ["--log=journald:x"], ["--log", "/l", "--log-format=odd"], ["create"],
        ] {
            #expect(RuntimeLog(RuntimeCall(arguments: arguments.map { Array($0.utf8) })).path == [])
        }
    }

    @Test func appendsToWhatIsThere() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/log"
        try Data("before\n".utf8).write(to: URL(filePath: path))
        log("--log", path).append(.info, ["one", "two"])
        log("--log", path).append(.info, [])
        let lines = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(
            separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first == "before")
        #expect(lines.last?.hasSuffix(#" level=info msg="kinkajou-oci: two""#) == true)
    }
}

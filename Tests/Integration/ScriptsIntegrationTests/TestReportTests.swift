import Foundation
import TestSupport
import Testing

/// `scripts/lib/test-report`: what a run of tests came to.
struct TestReportTests {
    private static func event(_ kind: String, _ test: String? = nil, at: Double, _ more: String = "")
        -> String
    {
        let name = test.map { #","testID":"\#($0)""# } ?? ""
        return
            #"{"kind":"event","payload":{"kind":"\#(kind)","instant":{"absolute":\#(at)},"messages":[{"text":"it is wrong"}]\#(name)\#(more)}}"#
    }

    private static func function(_ name: String) -> String {
        #"{"kind":"test","payload":{"kind":"function","id":"\#(name)"}}"#
    }

    private static let whole = [
        function("M.S/good()"), event("runStarted", at: 0), event("testStarted", "M.S/good()", at: 1),
        event("testEnded", "M.S/good()", at: 3.5), event("runEnded", at: 4),
    ]

    private func report(_ lines: [String]) throws -> (result: Command.Result, times: String) {
        let folder = FileManager.default.temporaryDirectory.path + "/kinkajou-report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: folder + "/events", atomically: true, encoding: .utf8)
        let result = try Command.run([
            HostCluster.repository + "/scripts/lib/test-report", "--times", folder + "/times",
            folder + "/events",
        ])
        return (result, (try? String(contentsOfFile: folder + "/times", encoding: .utf8)) ?? "")
    }

    @Test func aGoodRunIsCountedAndTimed() throws {
        let (result, times) = try report(Self.whole)
        #expect(result.status == 0 && result.output == "1 passed, 0 failed, 0 skipped\n", "\(result)")
        #expect(times.contains("test\t2.5\tM.S/good()\n"), "\(times)")
    }

    @Test func anIssueFails() throws {
        let (result, times) = try report(Self.whole + [Self.event("issueRecorded", "M.S/good()", at: 2)])
        #expect(result.status == 1 && result.output == "0 passed, 1 failed, 0 skipped\n", "\(result)")
        #expect(result.errors.contains("✘ M.S/good()\n    it is wrong"), "\(result)")
        #expect(times.contains("failed\t2.5\tM.S/good(): it is wrong\n"), "\(times)")
    }

    /// The end of a log is what people are left with, so the names of what failed are there.
    @Test func whatFailedIsTheLastThingThatIsSaid() throws {
        let file = FileManager.default.temporaryDirectory.path + "/kinkajou-times-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "began\t0\tall\ntest\t2.5\tM.S/bad()\nfailed\t2.5\tM.S/bad(): it is wrong\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let libraries = HostCluster.repository + "/scripts/lib"
        let result = try Command.run([
            "/usr/bin/env", "KINKAJOU_TIMES=" + file, "bash", "-c",
            "set -euo pipefail; . \(libraries)/report.sh; . \(libraries)/times.sh; print_times",
        ])
        #expect(result.status == 0, "\(result)")
        #expect(result.errors.hasSuffix("what failed:\n  ✘ M.S/bad(): it is wrong\n"), "\(result)")
    }

    @Test(arguments: [("KINKAJOU_TEST_SKIP names vm", 0), ("not root", 1)] as [(String, Int32)])
    func onlyWhatWasAskedForIsSkipped(reason: String, status: Int32) throws {
        let skip = Self.event("testSkipped", "M.S/left()", at: 2, #","_comments":["\#(reason)"]"#)
        let (result, times) = try report([Self.function("M.S/left()")] + Self.whole + [skip])
        #expect(result.status == status, "\(result)")
        #expect(times.contains("failed\t") == (status == 1), "\(times)")
        // Listed either way.
        #expect(result.errors.contains("M.S/left()") && result.errors.contains(reason), "\(result)")
    }

    @Test func aRunThatEndsInTheMiddleFailsAndNamesWhatRan() throws {
        let (result, times) = try report(Array(Self.whole.prefix(3)))
        #expect(result.status == 1, "\(result)")
        #expect(times.contains("failed\t0.0\ta run has not come to its end"), "\(times)")
        #expect(result.errors.contains("has not come to its end; these tests ran: M.S/good()"), "\(result)")
    }

    @Test func noTestAtAllIsNoSuccess() throws {
        let (result, _) = try report([Self.event("runStarted", at: 0), Self.event("runEnded", at: 1)])
        #expect(result.status == 2, "\(result)")
    }
}

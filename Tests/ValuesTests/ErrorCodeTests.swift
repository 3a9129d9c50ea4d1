import Foundation
import Testing
import Values

/// What is promised of exit statuses is what programs end with.
@Suite struct ErrorCodeTests {
    /// The rows of the table in docs/exit-codes.md: a code, and its two statuses.
    private func documented() throws -> [String: [Int32]] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../docs/exit-codes.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        var rows: [String: [Int32]] = [:]
        for line in lines where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { continue }
            rows[cells[0].filter { $0 != "`" }] = cells[2...].compactMap { Int32($0) }
        }
        return rows
    }

    @Test func theHandbookHasEveryCodeAndItsStatuses() throws {
        let expected = Dictionary(
            uniqueKeysWithValues: ErrorCode.allCases.map {
                ($0.rawValue, [$0.exitStatus, $0.clientExitStatus])
            })
        #expect(try documented() == expected)
    }

    @Test func aTimeOutIsTheSameEverywhere() {
        #expect(ErrorCode.timedOut.exitStatus == 75)
        #expect(ErrorCode.timedOut.clientExitStatus == 75)
    }

    @Test func anErrorIsRenderedWithItsEvidenceFirst() {
        struct Cause: Error, CustomStringConvertible { var description: String { "no route" } }
        let error = KinkajouError(
            "it failed", cure: "mend it", evidence: ["a line"], code: .engineFailed,
            see: "kinkajou doctor", cause: Cause())
        #expect(
            error.text == """
                  | a line
                error: it failed
                  from: no route
                  cure: mend it
                  see:  kinkajou doctor

                """)
    }

    @Test func anyErrorBecomesOneForAPerson() {
        struct Known: ReportableError {
            var report: KinkajouError { KinkajouError("known", cure: "mend it", code: .timedOut) }
        }
        struct Unknown: Error, CustomStringConvertible { var description: String { "unknown" } }
        #expect(KinkajouError(describing: Known()).code == .timedOut)
        #expect(KinkajouError(describing: Unknown(), code: .stepFailed).text == "error: unknown\n")
    }
}

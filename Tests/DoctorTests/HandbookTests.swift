import Doctor
import Foundation
import Testing

/// docs/doctor.md is made from the checks. After a change:
/// KINKAJOU_UPDATE_DOCS=1 scripts/test --unit --filter Handbook.
struct HandbookTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/doctor.md").standardized

    @Test func thePageIsUpToDate() throws {
        let page = Handbook.page()
        if ProcessInfo.processInfo.environment["KINKAJOU_UPDATE_DOCS"] == "1" {
            try page.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let there = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(there == page, "docs/doctor.md is not what the checks say: run with KINKAJOU_UPDATE_DOCS=1")
    }

    @Test func everyCheckHasItsSection() {
        let page = Handbook.page()
        for check in Check.all {
            #expect(page.contains("\n### \(check.id)\n\n**\(check.title).** \(check.why)\n"), "\(check.id)")
            #expect(!check.cure.isEmpty && page.contains("\nCure: \(check.cure).\n"), "\(check.id)")
        }
    }
}

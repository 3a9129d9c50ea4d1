import EnginePlan
import Foundation
import HostFacts
import Testing

/// Every host's plan is the one under Golden, which was read and found right. After a change that is meant:
/// KINKAJOU_UPDATE_GOLDEN=1 scripts/test --unit --filter GoldenPlan, then read the difference.
struct GoldenPlanTests {
    static let isUpdating = ProcessInfo.processInfo.environment["KINKAJOU_UPDATE_GOLDEN"] == "1"
    static let golden = TestFiles.directory.appending(path: "Golden")

    private func check(_ name: String, _ facts: HostFacts) throws {
        let text = PlanText(plan: Plan(facts: facts, settings: DindSettings())).description
        let file = Self.golden.appending(path: name + ".txt")
        if Self.isUpdating { try text.write(to: file, atomically: true, encoding: .utf8) }
        let expected = try String(contentsOf: file, encoding: .utf8)
        guard text != expected else { return }
        let lines = [text, expected].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
        let difference = zip(lines[0], lines[1]).first { $0 != $1 }
        Issue.record(
            "the plan of \(name) has \(difference.map { "\"\($0)\" instead of \"\($1)\"" } ?? "another length")"
        )
    }

    @Test(arguments: try RecordedHost.names() + DerivedHost.all.map(\.name))
    func host(name: String) async throws {
        try check(name, await DerivedHost.facts(of: name))
    }

    @Test func everyGoldenPlanBelongsToAHost() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path)
        let hosts = try RecordedHost.names() + DerivedHost.all.map(\.name)
        #expect(Set(files) == Set(hosts.map { $0 + ".txt" }))
        #expect(Set(hosts).count == hosts.count)
    }

    /// What `--dry-run -o json` prints can be read again: nothing is lost on the way.
    @Test(arguments: try RecordedHost.names())
    func factsAndPlanSurviveEncoding(name: String) async throws {
        let facts = try await RecordedHost(name).facts()
        let plan = Plan(facts: facts, settings: DindSettings())
        #expect(try JSONDecoder().decode(HostFacts.self, from: JSONEncoder().encode(facts)) == facts)
        #expect(try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan)) == plan)
    }
}

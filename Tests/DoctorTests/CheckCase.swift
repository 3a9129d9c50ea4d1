import Doctor
import EnginePlan
import HostFacts
import Testing

/// A check, and facts that trip it.
struct CheckCase: Sendable, CustomTestStringConvertible {
    var id: String
    var title: String
    var severity: Severity
    /// A part of what is found.
    var says: String
    var report: @Sendable () -> Report

    var testDescription: String { "\(id): \(title)" }

    /// A place that differs from the healthy one in something.
    static func here(
        _ id: String, _ title: String, _ severity: Severity, _ says: String,
        _ change: @escaping @Sendable (inout HereInput) -> Void
    ) -> CheckCase {
        CheckCase(id: id, title: title, severity: severity, says: says) {
            var input = Healthy.here
            change(&input)
            return Report(here: input.facts)
        }
    }

    /// An engine that does.
    static func docker(
        _ id: String, _ title: String, _ severity: Severity, _ says: String,
        _ change: @escaping @Sendable (inout DockerFacts) -> Void
    ) -> CheckCase {
        CheckCase(id: id, title: title, severity: severity, says: says) {
            var facts = Healthy.docker
            change(&facts)
            return Report(docker: facts)
        }
    }

    /// A host cluster that does.
    static func cluster(
        _ id: String, _ title: String, _ severity: Severity, _ says: String,
        _ change: @escaping @Sendable (inout HostClusterFacts) -> Void
    ) -> CheckCase {
        CheckCase(id: id, title: title, severity: severity, says: says) {
            var facts = Healthy.cluster
            change(&facts)
            return Report(kubernetes: facts)
        }
    }

    static let all =
        privileges + programs + cgroups + resources + storage + network + system + docker + kubernetes
}

struct CheckTests {
    @Test(arguments: CheckCase.all)
    func isTripped(_ tried: CheckCase) throws {
        let findings = tried.report().findings.filter { $0.id == tried.id }
        let worst = try #require(findings.max { $0.severity < $1.severity }, "the check was not made")
        #expect(worst.severity == tried.severity, "\(worst)")
        #expect(worst.found.contains(tried.says), "\(worst.found)")
        #expect(!worst.source.isEmpty)
        if tried.severity >= .warning { #expect(worst.cure?.isEmpty == false) }
    }

    /// The other half of every pair: the same check on healthy facts.
    @Test(arguments: Check.all.map(\.id))
    func isSilentOnHealthyFacts(_ id: String) throws {
        let check = try #require(Check.named(id))
        let report =
            switch check.target {
            case .here: Report(here: Healthy.here(for: check).facts, checks: [check])
            case .docker: Report(docker: Healthy.docker, checks: [check])
            case .kubernetes: Report(kubernetes: Healthy.cluster, checks: [check])
            }
        #expect(report.findings.map(\.severity) == [.ok], "\(report.findings)")
    }

    @Test func everyCheckIsTrippedBySomething() {
        let tried = Set(CheckCase.all.map(\.id))
        #expect(Check.all.map(\.id).filter { !tried.contains($0) } == [])
        #expect(tried.subtracting(Check.all.map(\.id)) == [])
    }

    @Test func identifiersAreWordsWithDashesAndEachIsThereOnce() {
        let ids = Check.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(
                id.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }, "\(id)")
        }
    }

    @Test func everyCheckSaysWhyAndExplainsItself() {
        for check in Check.all {
            #expect(check.title.count > 5 && check.why.hasSuffix("."), "\(check.id)")
            #expect(check.explanation.hasSuffix("."), "\(check.id)")
            #expect(check.symptoms.allSatisfy { $0 == $0.lowercased() }, "\(check.id)")
            #expect(!check.purposes.isEmpty)
        }
    }

    /// Every problem of the plan has a check that knows it.
    @Test(arguments: ProblemTopic.allCases)
    func everyProblemOfThePlanIsACheck(_ topic: ProblemTopic) {
        #expect(Check.named(topic.rawValue) != nil)
    }
}

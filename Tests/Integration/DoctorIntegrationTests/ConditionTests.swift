import Doctor
import Foundation
import TestSupport
import Testing

/// What is really wrong with a container is named by its own check, with its cure.
@Suite(
    .serialized,
    .needs(.podImage))
struct ConditionTests {
    @Test(arguments: Condition.all.filter { ExaminedContainer.isVersion1 || !$0.needsVersion1 })
    func isNamedWithItsCure(_ condition: Condition) throws {
        let profile = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: profile) }
        var flags = condition.flags
        if let text = condition.seccompProfile {
            try Data(text.utf8).write(to: URL(filePath: profile))
            flags += ["--security-opt", "seccomp=\(profile)"]
        }
        let (status, report) = try ExaminedContainer.examine(
            flags, before: condition.script, condition.arguments)
        let findings = report.findings.filter { $0.id == condition.check }
        let finding = try #require(findings.max { $0.severity < $1.severity }, "\(report.text())")
        #expect(finding.severity == condition.severity, "\(finding)")
        #expect(finding.found.contains(condition.says), "\(finding)")
        #expect(finding.link == "docs/doctor.md#\(condition.check)")
        if condition.severity >= .warning { #expect(finding.cure?.isEmpty == false, "\(finding)") }
        #expect(status == (report.count(.error) > 0 ? 1 : 0))
        if condition.severity == .error { #expect(status == 1) }
        #expect(!(try report.json()).contains("hunter2"))
    }

    @Test(arguments: Purpose.allCases)
    func aHealthyContainerHasNeitherErrorsNorWarnings(purpose: Purpose) throws {
        let volume = purpose == .node ? ["--volume", "/var/lib/kinkajou"] : []
        let (status, report) = try ExaminedContainer.examine(
            ["--privileged"] + volume, "--strict --for \(purpose.rawValue)")
        let bad = report.findings.filter { $0.severity > .info }
        #expect(bad == [])
        #expect(status == 0)
        // Everything was looked at, the slow checks too.
        let looked = Set(report.findings.map(\.id))
        let wanted = Check.all.filter { $0.target == .here && $0.purposes.contains(purpose) }.map(\.id)
        #expect(Set(wanted).subtracting(looked) == [])
    }

    @Test func warningsAreFailuresOnlyWhenStrict() throws {
        let flags = ["--privileged", "--ulimit", "nofile=1024:1024"]
        #expect(try ExaminedContainer.examine(flags, "--preflight").status == 0)
        #expect(try ExaminedContainer.examine(flags, "--preflight --strict").status == 1)
    }

    @Test func theTextAndTheJUnitAreForTheirReaders() throws {
        let text = try ExaminedContainer.run([], script: "exec kinkajou doctor --preflight")
        #expect(text.status == 1)
        #expect(text.output.contains("✗ cap-sys-admin: "))
        #expect(text.output.contains("      cure: run the container privileged"))
        let junit = try ExaminedContainer.run([], script: "exec kinkajou doctor --preflight -o junit")
        #expect(junit.output.hasPrefix("<?xml version=\"1.0\""))
        #expect(junit.output.contains("name=\"cap-sys-admin\">\n      <failure type=\"error\""))
        #expect(junit.output.hasSuffix("</testsuites>\n"))
    }

    @Test(arguments: ["--bogus", "--check nothing-of-the-kind", "--probe", "--mtu 3", "-o xml"])
    func badOptionsHaveTheStatus2(options: String) throws {
        let result = try ExaminedContainer.run([], script: "exec kinkajou doctor \(options)")
        #expect(result.status == 2, "\(result)")
        #expect(result.output.isEmpty)
        #expect(!result.errors.isEmpty)
    }
}

import Doctor
import Foundation
import HostFacts
import Testing

struct ReportTests {
    private var broken: Report {
        var input = Healthy.here
        input.host.drop(.netAdmin)
        input.host.process.seccompMode = 2
        input.host.kernel.settings["fs.inotify.max_user_instances"] = "128"
        return Report(here: input.facts)
    }

    @Test func aHealthyPlaceHasNothingToReport() {
        for purpose in Purpose.allCases {
            var input = Healthy.here
            input.purpose = purpose
            let report = Report(here: input.facts)
            #expect(report.findings.filter { $0.severity != .ok } == [])
            #expect(!report.hasFailed(isStrict: true))
            #expect(report.text().split(separator: "\n").count == 1, "\(report.text())")
        }
    }

    @Test func errorsFailAndWarningsOnlyWhenStrict() {
        #expect(broken.hasFailed(isStrict: false))
        var input = Healthy.here
        input.host.process.seccompMode = 2
        let warned = Report(here: input.facts)
        #expect(!warned.hasFailed(isStrict: false))
        #expect(warned.hasFailed(isStrict: true))
    }

    @Test func withoutProbesTheSlowChecksAreLeftOut() {
        var input = Healthy.here
        input.probes = nil
        let made = Set(Report(here: input.facts).findings.map(\.id))
        #expect(made.isDisjoint(with: ["disk-sync", "dns-answers", "registry"]))
        #expect(made.contains("mtu"))
    }

    @Test func whatIsForClustersIsNotAskedOfAnEngine() {
        var input = Healthy.here
        input.purpose = .dind
        input.host.kernel.devices = []
        #expect(!Report(here: input.facts).findings.contains { $0.id == "dev-kmsg" })
    }

    @Test func theTextNamesValueSourceCauseCureAndLink() {
        let text = broken.text()
        for part in [
            "✗ cap-net-admin: CAP_NET_ADMIN is missing", "from: CapEff of /proc/self/status", "why:  Without",
            "cure: docker run --privileged", "see:  docs/doctor.md#cap-net-admin", "! seccomp", "i inotify",
            "here, for cluster: 1 error, 1 warning",
        ] {
            #expect(text.contains(part), "\(part) is not in:\n\(text)")
        }
        #expect(!text.contains("✓"))
        #expect(broken.text(showsAll: true).contains("✓ mtu: eth0 has 1500"))
    }

    @Test func theJSONHasAVersionAndCanBeReadAgain() throws {
        let json = try broken.json()
        #expect(try Report(json: json) == broken)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["schema"] as? Int == 1)
        #expect(object["target"] as? String == "here")
        #expect(object["for"] as? String == "cluster")
        #expect((object["summary"] as? [String: Int])?["error"] == 1)
        let findings = try #require(object["findings"] as? [[String: Any]])
        let finding = try #require(findings.first { $0["id"] as? String == "cap-net-admin" })
        #expect(
            Set(finding.keys) == [
                "id", "title", "area", "severity", "found", "source", "why", "cure", "link",
            ])
        #expect(finding["severity"] as? String == "error")
    }

    @Test(arguments: [false, true])
    func theJUnitCountsFailures(isStrict: Bool) throws {
        let report = broken
        let xml = report.junit(isStrict: isStrict)
        #expect(xml.components(separatedBy: "<testcase ").count - 1 == report.findings.count)
        #expect(xml.components(separatedBy: "<failure ").count - 1 == (isStrict ? 2 : 1))
        #expect(xml.contains("tests=\"\(report.findings.count)\" failures=\"\(isStrict ? 2 : 1)\""))
    }

    @Test func hostileTextsStayTextInXML() {
        let check = Check.all[0]
        let entry = ReportEntry(
            check,
            Finding(
                severity: .error, found: "<a href=\"x\"> & \u{1}\u{1B}[31m", source: "]]>", cure: "</failure>"
            ))
        let xml = Report(target: .here, purpose: .dind, findings: [entry]).junit(isStrict: false)
        #expect(xml.contains("message=\"&lt;a href=&quot;x&quot;&gt; &amp; ??[31m\""), "\(xml)")
        #expect(xml.contains("from: ]]&gt;"))
        #expect(xml.components(separatedBy: "</failure>").count == 2)
    }

    @Test func anEngineThatDoesNotAnswerIsAllThatIsSaidOfIt() {
        var docker = Healthy.docker
        docker.failure = "no"
        #expect(Report(docker: docker).findings.map(\.id) == ["docker-answers"])
        var cluster = Healthy.cluster
        cluster.failure = "no"
        #expect(Report(kubernetes: cluster).findings.map(\.id) == ["kube-answers"])
    }

    @Test func insideOfARunningDindItsOwnEngineIsWelcome() {
        var input = Healthy.here
        input.host.engine.socketAnswers = true
        input.host.engine.isOurs = true
        input.host.listeningPorts = [30001, 30002]
        #expect(Report(here: input.facts).findings.filter { $0.severity > .info } == [])
    }
}

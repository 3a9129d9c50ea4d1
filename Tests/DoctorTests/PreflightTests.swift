import Doctor
import EnginePlan
import HostFacts
import Testing

struct PreflightTests {
    @Test func aHealthyHostHearsNothing() {
        let preflight = Preflight(facts: Healthy.here.host, settings: DindSettings(), purpose: .cluster)
        #expect(preflight.lines == [])
    }

    @Test func aFindingIsOneLineWithItsCheck() {
        var host = Healthy.here.host
        host.process.openFilesLimit = 1024
        let lines = Preflight(facts: host, settings: DindSettings(), purpose: .dind).lines
        #expect(
            lines == [
                "warning: open-files: 1024, and 4096 are needed (cure: kinkajou doctor --check open-files)"
            ])
    }

    /// What ends the start is said then, and not twice.
    @Test func whatMakesThePlanImpossibleIsLeftToIt() {
        var host = Healthy.here.host
        host.drop(.sysAdmin)
        let preflight = Preflight(facts: host, settings: DindSettings(), purpose: .dind)
        #expect(!preflight.findings.contains { $0.id == "cap-sys-admin" })
        host = Healthy.here.host
        host.kernel.devices = []
        let other = Preflight(facts: host, settings: DindSettings(), purpose: .cluster)
        #expect(other.findings.map(\.id) == ["dev-kmsg"])
        #expect(other.findings.map(\.severity) == [.error])
    }

    @Test func slowChecksAreNotMade() {
        let slow = Set(Check.all.filter { $0.isSlow && $0.target == .here }.map(\.id))
        #expect(slow == ["disk-sync", "dns-answers", "registry"])
    }

    @Test(arguments: [
        ("failed to start daemon: iptables: can't initialize iptables table `nat'", "iptables-nat"),
        ("could not find a log line that matches \"Reached target .*Multi-User System.*\"", "processors"),
        ("write /var/lib/docker/x: no space left on device", "disk-space"),
        ("Failed to create control group inotify object: Too many open files", "inotify"),
        ("unable to apply caps: operation not permitted", "capabilities"),
        ("kubelet: open /dev/kmsg: no such file or directory", "dev-kmsg"),
        ("x509: certificate has expired or is not yet valid", "clock"),
        ("driver failed: port is already allocated", "ports"),
    ])
    func aLaterFailureIsExplained(message: String, id: String) {
        #expect(Check.explaining([message])?.id == id)
    }

    @Test func aHostClusterIsExaminedWithoutWhatTakesTime() {
        #expect(Preflight(hostCluster: Healthy.cluster).lines == [])
        var facts = Healthy.cluster
        facts.quotas = [.init(name: "small", hard: ["limits.memory": "1Gi"], used: ["limits.memory": "0"])]
        // Not asked before a start: neither is a finding.
        facts.permissions = []
        facts.refusal = "no"
        #expect(Preflight(hostCluster: facts).findings.map(\.id) == ["kube-quota"])
        #expect(
            Preflight(hostCluster: facts).lines.first?.hasSuffix(
                "(cure: kinkajou doctor --target kubernetes --check kube-quota)") == true)
        // What a user may not see, or what was not there in time, is no finding.
        let nothing = HostClusterFacts(
            context: "c", namespace: "n", purpose: .cluster, needs: Healthy.cluster.needs)
        #expect(Preflight(hostCluster: nothing).lines == [])
    }

    @Test(arguments: [
        ("open-files", Target.here, "kinkajou doctor --check open-files"),
        ("open-files", .docker, "kinkajou doctor --target docker --probe --check open-files"),
        ("open-files", .kubernetes, "kinkajou doctor --target kubernetes --probe --check open-files"),
        ("kube-quota", .kubernetes, "kinkajou doctor --target kubernetes --check kube-quota"),
    ])
    func theCommandLooksWhereItHappens(id: String, place: Target, command: String) throws {
        #expect(try #require(Check.named(id)).command(in: place) == command)
    }

    @Test func whatWasFoundBeforeIsTheLikelierExplanation() {
        let message = ["no space left on device"]
        #expect(Check.explaining(message)?.id == "disk-space")
        #expect(Check.explaining(message, likely: ["disk-inodes"])?.id == "disk-inodes")
        #expect(Check.explaining(["all is well"]) == nil)
    }
}

import HostFacts
import Testing

@testable import EnginePlan
@testable import Values

struct PacketFilterPlannerTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func plan(
        asked: PacketFilterBackend? = nil, version: EngineVersion = EngineVersion(major: 26, minor: 1),
        file: [String: JSONValue] = [:], _ change: (inout PacketFilterFacts) -> Void
    ) throws -> PacketFilterPlanner.Outcome {
        var facts = host
        facts.engine.version = version
        change(&facts.packetFilter)
        var settings = DindSettings()
        settings.daemonFile = file
        settings.packetFilter = asked.map { .init($0, from: .environment) }
        return PacketFilterPlanner.plan(facts, settings: settings)
    }

    @Test(arguments: [
        (0, 0, PacketFilterBackend.nft), (1, 0, .legacy), (0, 1, .nft), (3, 3, .legacy), (2, 3, .nft),
    ])
    func rulesThatAreThereWin(legacy: Int, nft: Int, expected: PacketFilterBackend) throws {
        let outcome = try plan { filter in
            filter.legacy.ruleCount = legacy
            filter.nft.ruleCount = nft
        }
        #expect(outcome.backend == expected)
        #expect(outcome.problems.isEmpty)
    }

    /// The wrong backend behind `iptables` is why nested containers reached nothing.
    @Test(arguments: [(PacketFilterBackend.legacy, 1), (.nft, 0)])
    func presetIsReplaced(preset: PacketFilterBackend, steps: Int) throws {
        let outcome = try plan { $0.preset = preset }
        #expect(outcome.backend == .nft)
        #expect(outcome.steps.count == steps)
    }

    /// With nftables dockerd leaves forwarding as it is, and refuses to make networks where it is off.
    @Test(arguments: [("0", "nftables", 1), ("1", "nftables", 0), ("0", "iptables", 0)])
    func forwardingIsTurnedOnWhereDockerdDoesNot(forwarding: String, backend: String, steps: Int) throws {
        var facts = host
        facts.kernel.settings["net.ipv4.ip_forward"] = forwarding
        facts.engine.version = EngineVersion(major: 29, minor: 0)
        var settings = DindSettings()
        settings.daemonFile = ["firewall-backend": .string(backend)]
        let plan = Plan(facts: facts, settings: settings)
        let setting = Action.setKernelSetting(name: "net.ipv4.ip_forward", value: "1")
        #expect(plan.steps.count { $0.action == setting } == steps)
        if steps > 0 { #expect(plan.pathPrefix == nil) }
    }

    /// What could not be tried says nothing of iptables.
    @Test func theLimitOfProcessesIsNotTakenForAMissingModule() async throws {
        var facts = try await RecordedHost("v2-privileged-private").facts()
        for need in PacketFilterNeed.allCases {
            facts.packetFilter.nft.failures[need] = "unshare: Resource temporarily unavailable"
            facts.packetFilter.legacy.failures[need] = "unshare: Resource temporarily unavailable"
        }
        facts.resources.startFailure = "unshare: Resource temporarily unavailable"
        let errors = Plan(facts: facts, settings: DindSettings()).problems.filter { $0.severity == .error }
        #expect(errors.map(\.topic) == [.processes])
    }

    @Test func rulesOfABackendThatDoesNotWorkDoNotCount() throws {
        let outcome = try plan { filter in
            filter.legacy.ruleCount = 9
            filter.legacy.failures[.masquerade] = "no"
        }
        #expect(outcome.backend == .nft)
    }

    @Test func askedForBackendThatDoesNotWork() throws {
        let outcome = try plan(asked: .legacy) { $0.legacy.failures[.masquerade] = "Table does not exist" }
        #expect(outcome.backend == .legacy)
        let problem = try #require(outcome.problems.first)
        #expect(problem.summary.contains("iptables-legacy, which was asked for"))
        #expect(problem.cure.contains("iptables-nft is used"))
        #expect(outcome.problems.count == 1)
    }

    /// RHEL 10 and its like: neither ip_tables nor nft_compat, and the cure names what is missing.
    @Test func theCureFollowsFromTheProbe() throws {
        let outcome = try plan(version: EngineVersion(major: 29, minor: 0)) { filter in
            filter.nft.failures = [
                .addressType: "Extension addrtype revision 0 not supported, missing kernel module?"
            ]
            filter.legacy.failures = [
                .masquerade: "can't initialize iptables table `nat': Table does not exist",
                .addressType: "the same", .conntrack: "the same",
            ]
        }
        let problem = try #require(outcome.problems.first)
        #expect(problem.severity == .error)
        #expect(problem.summary.contains("nft: addrtype: Extension addrtype"))
        #expect(problem.summary.contains("legacy: masquerade: can't initialize"))
        #expect(problem.cure.contains("modprobe nft_compat xt_addrtype"))
        #expect(problem.cure.contains("modprobe iptable_nat"))
        #expect(problem.cure.contains("\"firewall-backend\": \"nftables\""))
    }

    /// One that can list its tables, and cannot make dockerd's rules.
    @Test func theBackendThatCanMakeTheRulesIsTaken() throws {
        let outcome = try plan { $0.nft.failures = [.addressType: "not supported"] }
        #expect(outcome.backend == .legacy)
        #expect(outcome.problems.isEmpty)
    }

    @Test(arguments: [(26, 0), (28, 1)])
    func theTableRaw(major: Int, warnings: Int) throws {
        let outcome = try plan(version: EngineVersion(major: major, minor: 0)) {
            $0.nft.failures = [.raw: "no table raw"]
        }
        #expect(outcome.backend == .nft)
        #expect(outcome.problems.map(\.severity) == Array(repeating: .warning, count: warnings))
    }

    /// A save that failed is not "no rules".
    @Test func rulesThatCannotBeReadAreWarnedOf() throws {
        let outcome = try plan { $0.nft.saveError = "iptables-nft-save did not end within 10 s" }
        #expect(outcome.problems.map(\.severity) == [.warning])
        #expect(outcome.problems.first?.summary.contains("did not end within 10 s") == true)
    }

    @Test(arguments: [["iptables": false], ["firewall-backend": "nftables"]] as [[String: JSONValue]])
    func settingsThatDoWithoutIPTables(file: [String: JSONValue]) throws {
        let outcome = try plan(version: EngineVersion(major: 29, minor: 0), file: file) { filter in
            filter.nft.command = nil
            filter.legacy.command = nil
        }
        #expect(outcome.problems.isEmpty)
        #expect(outcome.steps.isEmpty)
        #expect(outcome.decision.choice == "not used")
    }

    @Test func theNFTablesBackendCameWith29() throws {
        let outcome = try plan(file: ["firewall-backend": "nftables"]) { _ in }
        #expect(outcome.problems.map(\.severity) == [.error])
    }

    @Test func nothingInstalled() throws {
        let none = PacketFilterBackendFacts(command: nil)
        let outcome = try plan { filter in
            filter = PacketFilterFacts(legacy: none, nft: none, legacyIPv6: none, nftIPv6: none, preset: nil)
        }
        #expect(outcome.problems.map(\.code) == [.programMissing])
        #expect(outcome.steps.isEmpty, "there is nothing that a link could lead to")
    }
}

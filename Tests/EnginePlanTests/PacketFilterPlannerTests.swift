import HostFacts
import Testing

@testable import EnginePlan
@testable import Values

struct PacketFilterPlannerTests {
    private func plan(
        asked: PacketFilterBackend? = nil, _ change: (inout PacketFilterFacts) -> Void
    ) throws -> PacketFilterPlanner.Outcome {
        var facts = try RecordedHost("v2-privileged-private").facts()
        change(&facts.packetFilter)
        var settings = DindSettings()
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

    @Test func rulesOfABackendThatDoesNotWorkDoNotCount() throws {
        let outcome = try plan { filter in
            filter.legacy.ruleCount = 9
            filter.legacy.natError = "no"
        }
        #expect(outcome.backend == .nft)
    }

    @Test func askedForBackendThatDoesNotWork() throws {
        let outcome = try plan(asked: .legacy) { $0.legacy.natError = "Table does not exist" }
        #expect(outcome.backend == .legacy)
        let problem = try #require(outcome.problems.first)
        #expect(problem.summary.contains("iptables-legacy, which was asked for"))
        #expect(problem.cure.contains("iptables-nft is used"))
        #expect(outcome.problems.count == 1)
    }

    @Test func nothingInstalled() throws {
        let none = PacketFilterBackendFacts(command: nil, ruleCount: 0, natError: nil)
        let outcome = try plan { filter in
            filter = PacketFilterFacts(legacy: none, nft: none, legacyIPv6: none, nftIPv6: none, preset: nil)
        }
        #expect(outcome.problems.map(\.code) == [.programMissing])
        #expect(outcome.steps.isEmpty, "there is nothing that a link could lead to")
    }
}

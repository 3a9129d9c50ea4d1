import HostFacts
import Testing

@testable import EnginePlan

struct CgroupPlannerTests {
    /// dockerd takes one parent for all hierarchies: those outside of it are named.
    @Test func differentPathsAreWarnedOf() async throws {
        let outcome = CgroupPlanner.plan(try await RecordedHost("hybrid-machine").facts())
        #expect(outcome.problems.map(\.severity) == [.warning])
        #expect(outcome.problems.first?.summary.contains("in memory") == true)
    }

    /// A controller that the runtime does not know stays at the root: that is no reason to leave the own path.
    @Test func controllersUnknownToTheRuntimeDoNotDecide() async throws {
        var facts = try await RecordedHost("hybrid-privileged-host-cgroupfs").facts()
        let expected = try #require(CgroupPlanner.plan(facts).strategies.first?.parent)
        let index = try #require(facts.cgroups.membership.firstIndex { $0.controllers == ["blkio"] })
        facts.cgroups.membership[index].path = "/"
        let outcome = CgroupPlanner.plan(facts)
        #expect(outcome.strategies.first?.parent == expected)
        #expect(outcome.problems.isEmpty)
    }

    /// The hierarchy is the whole machine's: at its root two containers would have one parent.
    @Test func aHierarchyThatIsMountedAnewHasAPathOfItsOwn() async throws {
        var facts = try await RecordedHost("hybrid-privileged-private").facts()
        let isNamed: (CgroupMembership) -> Bool = { $0.controllers == ["name=systemd"] }
        facts.mounts.removeAll { $0.superOptions.contains("name=systemd") }
        func path(_ facts: HostFacts) -> String? {
            CgroupPlanner.plan(facts).steps.lazy.compactMap { step -> String? in
                if case .mountNamedHierarchy("name=systemd", let path, _) = step.action { path } else { nil }
            }.first
        }
        let root = try #require(facts.mounts.visible(at: "/")?.id)
        facts.cgroups.membership.removeAll(where: isNamed)
        #expect(path(facts) == "/kinkajou-\(root)")
        facts.cgroups.membership += CgroupMembership.parse("9:name=systemd:/docker/0123")
        #expect(path(facts) == "/docker/0123")
        facts.cgroups.membership[facts.cgroups.membership.count - 1].path = "/"
        #expect(path(facts) == "/kinkajou-\(root)")
    }

    /// /docker at the machine's root is for the machine's own engine.
    @Test func theMachinesOwnEngineKeepsItsCgroup() async throws {
        var facts = try await RecordedHost("v2-machine").facts()
        facts.cgroups.membership = CgroupMembership.parse("0::/")
        let strategy = try #require(CgroupPlanner.plan(facts).strategies.first)
        #expect(strategy.parent == "/kinkajou")
        #expect(strategy.parentDirectories == ["/sys/fs/cgroup/kinkajou"])
    }

    /// A limit that would be none is not passed over, wherever the own cgroup lies.
    @Test(arguments: ["v2-privileged-private", "v2-privileged-host", "v2-machine"])
    func aMissingControllerIsAnError(name: String) async throws {
        var facts = try await RecordedHost(name).facts()
        #expect(CgroupPlanner.plan(facts).problems.isEmpty)
        for controller in ["cpu", "memory", "pids"] {
            let before = facts.cgroups.unified?.controllers ?? []
            facts.cgroups.unified?.controllers.removeAll { $0 == controller }
            let problem = try #require(CgroupPlanner.plan(facts).problems.first)
            #expect(problem.severity == .error)
            #expect(problem.topic == .cgroupControllers)
            #expect(problem.summary.contains("no controller \(controller) "), "\(problem)")
            #expect(problem.cure.contains("+\(controller) "), "\(problem)")
            facts.cgroups.unified?.controllers = before
        }
        facts.cgroups.unified?.controllers.removeAll { $0 == "misc" }
        #expect(CgroupPlanner.plan(facts).problems.isEmpty)
    }

    /// In every layout the parent lies under the own cgroup.
    @Test(arguments: try RecordedHost.names() + DerivedHost.all.map(\.name))
    func theParentLiesUnderTheOwnCgroup(name: String) async throws {
        let facts = try await DerivedHost.facts(of: name)
        for strategy in CgroupPlanner.plan(facts).strategies {
            let remounts = strategy.steps.contains { step in
                if case .enterCgroupNamespace = step.action { true } else { false }
            }
            for hierarchy in facts.cgroupLayout.hierarchies where hierarchy.ownPathInMount != nil {
                // hybrid-machine's memory is the one that is warned of.
                guard !remounts, !(name == "hybrid-machine" && hierarchy.name == "memory") else { continue }
                #expect(
                    strategy.parent.isWithin(
                        path: hierarchy.ownPathInMount.map { $0.isEmpty ? "/" : $0 } ?? "/"))
            }
            if remounts { #expect(strategy.parent == "/docker") }
            #expect(!strategy.parentDirectories.isEmpty)
            #expect(strategy.parentDirectories.allSatisfy { $0.hasPrefix("/sys/fs/cgroup/") })
        }
    }
}

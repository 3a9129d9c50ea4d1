import HostFacts
import Testing

@testable import EnginePlan

@Suite struct NodePlanTests {
    private func plan(_ name: String, _ change: (inout HostFacts) -> Void = { _ in }) async throws
        -> NodePlan
    {
        var facts = try await RecordedHost(name).facts()
        facts.storage = StorageFacts(
            dataRoot: NodePlan.volume, fileSystem: "ext4", writeError: nil, freeBytes: 10 << 30,
            totalBytes: 20 << 30, freeInodes: 1_000_000, totalInodes: 1_000_000, presentDrivers: [])
        change(&facts)
        return NodePlan(facts: facts, settings: DindSettings(), identity: "x1")
    }

    private func remounts(_ strategy: CgroupStrategy) -> [CgroupRemount]? {
        strategy.steps.lazy.compactMap { step in
            if case .enterCgroupNamespace(let remounts) = step.action { remounts } else { nil }
        }.first
    }

    /// The kubelet ends what it does not know below its root: no path around the node may have its name.
    @Test(arguments: try RecordedHost.names())
    func theKubeletsRootHasANameOfItsOwn(name: String) async throws {
        for strategy in try await plan(name).cgroupStrategies {
            #expect(strategy.parent.hasSuffix("/kinkajou-x1"))
            #expect(strategy.parentDirectories.allSatisfy { $0.hasSuffix(strategy.parent) })
            let made = strategy.steps.compactMap { step in
                if case .makeCgroup(let directory) = step.action { directory } else { nil }
            }
            #expect(made == strategy.parentDirectories)
        }
    }

    /// Mounts of the own cgroup alone are right as they are, seen from a namespace that begins there.
    @Test func boundHierarchiesNeedANamespaceAndNoMount() async throws {
        let strategies = try await plan("hybrid-privileged-host").cgroupStrategies
        #expect(strategies.map(\.name) == ["v1-own-namespace", "v1-rebind"])
        let first = try #require(strategies.first)
        #expect(remounts(first) == [])
    }

    /// Where the host's hierarchies are mounted, the own cgroup is found only when they are mounted anew.
    @Test func hierarchiesOfTheHostAreMountedAnew() async throws {
        let strategies = try await plan("hybrid-privileged-host-cgroupfs").cgroupStrategies
        let first = try #require(strategies.first)
        let targets = try #require(remounts(first)).map(\.target)
        #expect(targets.contains("/sys/fs/cgroup/memory"))
    }

    /// A container that has a namespace already needs no other one.
    @Test func aNamespaceThatIsThereIsKept() async throws {
        let strategies = try await plan("hybrid-privileged-private").cgroupStrategies
        #expect(strategies.allSatisfy { $0.name != "v1-own-namespace" })
        let v2 = try await plan("v2-privileged-host").cgroupStrategies
        #expect(v2.first?.name == "v2-new-namespace")
    }

    /// The image's store is shown and not copied, and what lies on overlay lies on no second one.
    @Test func theStoreIsShownThroughOverlay() async throws {
        let plan = try await plan("hybrid-privileged-host")
        #expect(plan.errors == [])
        let state = "/var/lib/kinkajou/x1"
        let actions = plan.steps.map(\.action)
        let store = actions.firstIndex(
            of: .mount(
                fileSystem: "overlay", source: "overlay", target: state + "/containerd",
                options: [
                    "lowerdir=/var/lib/containerd", "upperdir=\(state)/store", "workdir=\(state)/work",
                ]))
        let snapshots = actions.firstIndex(
            of: .bindMount(
                source: state + "/snapshots",
                target: state + "/containerd/io.containerd.snapshotter.v1.overlayfs"))
        #expect(try #require(store) < #require(snapshots))
    }

    @Test func aVolumeIsNeeded() async throws {
        let plan = try await plan("hybrid-privileged-host") { $0.storage.fileSystem = "overlay" }
        #expect(plan.errors.map(\.topic) == [.storageDriver])
        #expect(plan.errors.first?.cure.contains("/var/lib/kinkajou") == true)
    }

    /// No Docker engine is needed, and one that answers is in nobody's way.
    @Test func dockerIsOfNoConcern() async throws {
        let plan = try await plan("hybrid-privileged-host") {
            $0.engine.daemon = nil
            $0.engine.socketAnswers = true
        }
        #expect(plan.errors == [])
    }

    @Test func privilegesAreNeeded() async throws {
        let plan = try await plan("hybrid-unprivileged")
        #expect(plan.errors.map(\.topic).contains(.sysAdmin))
    }

    @Test func aMissingCapabilityNeedsTheWrapper() async throws {
        let wanted = try await plan("hybrid-privileged-host") {
            $0.process.bounding = CapabilitySet(
                bits: $0.process.bounding.bits & ~(1 << UInt64(Capability.sysResource.rawValue)))
        }
        #expect(wanted.needsWrapper)
    }

    @Test func aResolverOnTheLoopbackIsWarnedOf() async throws {
        let plan = try await plan("hybrid-privileged-host") {
            $0.network.resolver = ResolverConfiguration(nameservers: ["127.0.0.11"])
        }
        #expect(plan.problems.map(\.topic).contains(.nameServers))
    }
}

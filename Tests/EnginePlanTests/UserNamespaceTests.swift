import EnginePlan
import HostFacts
import Testing
import Values

@Suite("In a user namespace")
struct UserNamespaceTests {
    private func plan(_ change: (inout HostFacts) -> Void) async throws -> Plan {
        var facts = try await RecordedHost("v2-user-namespace").facts()
        facts.storage.fileSystem = "ext4"
        change(&facts)
        return Plan(facts: facts, settings: DindSettings())
    }

    private func errors(_ plan: Plan) -> [Problem] { plan.problems.filter { $0.severity == .error } }

    @Test func withADelegatedCgroupItStarts() async throws {
        let plan = try await plan { _ in }
        #expect(errors(plan) == [])
        #expect(plan.decisions.contains { $0.subject == "user namespace" && $0.choice == "65536 users" })
        #expect(plan.decisions.contains { $0.subject == "storage driver" && $0.choice == "overlay2" })
        #expect(plan.daemon.configuration["default-runtime"] == "kinkajou")
    }

    /// Nothing is tried that cannot work; what gives it is a line of a manifest.
    @Test func whatIsMissingIsRefusedWithTheLineThatGivesIt() async throws {
        let cgroups = try await plan {
            $0.userNamespace?.cgroupFailure = "/sys/fs/cgroup/cgroup.procs: Permission denied"
        }
        #expect(errors(cgroups).map(\.topic) == [.userNamespace])
        #expect(errors(cgroups).first?.cure.contains("cgroup_writable = true") == true)
        let proc = try await plan { $0.userNamespace?.failures[.proc] = "mount: /proc: permission denied." }
        #expect(errors(proc).first?.cure.contains("procMount: Unmasked") == true)
    }

    /// With the node's cgroup namespace a new one is entered, and cgroup2 mounted in it.
    @Test func aNamespaceOfTheNodeNeedsAFreshMount() async throws {
        let host = try await plan {
            $0.cgroups.membership = CgroupMembership.parse("0::/kubepods/pod1/c\n")
            $0.userNamespace?.failures[.cgroups] = "mount: permission denied."
        }
        #expect(host.cgroupStrategies.map(\.name) == ["v2-new-namespace", "v2-own-path"])
        #expect(errors(host) == [])
        #expect(host.problems.contains { $0.cure.contains("seccompProfile: {type: Unconfined}") })
        let own = try await plan { $0.userNamespace?.failures[.cgroups] = "mount: permission denied." }
        #expect(!own.problems.contains { $0.topic == .userNamespace })
    }

    @Test(arguments: [(true, "fuse-overlayfs"), (false, "vfs")])
    func withoutOverlayTheDriverIsAnother(hasFuse: Bool, driver: String) async throws {
        let plan = try await plan {
            $0.userNamespace?.failures[.overlay] = "mount: /etc: permission denied."
            $0.engine.fuseOverlay = hasFuse ? "/usr/bin/fuse-overlayfs" : nil
            $0.kernel.devices = hasFuse ? ["/dev/fuse"] : []
        }
        #expect(plan.decisions.contains { $0.subject == "storage driver" && $0.choice == driver })
        #expect(plan.problems.contains { $0.topic == .storageDriver } == !hasFuse)
    }

    /// Containers that are not privileged have it covered; what is set there is the container's own.
    @Test func kernelSettingsBecomeWritable() async throws {
        let covered = try await plan {
            $0.mounts += Mount.parse(
                mountinfo: "90 62 0:37 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw\n")
        }
        #expect(covered.steps.contains { $0.action == .remountWritable(target: "/proc/sys") })
        let free = try await plan { _ in }
        #expect(!free.steps.contains { $0.action == .remountWritable(target: "/proc/sys") })
    }

    @Test func aFilterThatRefusesKeyringsIsNamed() async throws {
        let plan = try await plan { $0.confinement.refusesKeyrings = true }
        #expect(errors(plan).map(\.topic) == [.seccomp])
        #expect(errors(plan).first?.cure.contains("seccompProfile: {type: Unconfined}") == true)
    }

    @Test func fewUsersAreSaid() async throws {
        let plan = try await plan { $0.userNamespace?.userCount = 1000 }
        #expect(errors(plan) == [])
        #expect(plan.problems.contains { $0.summary.contains("only 1000 of the user IDs") })
    }

    @Test func theMachinesOwnIsSilent() async throws {
        let facts = try await RecordedHost("v2-privileged-private").facts()
        #expect(facts.userNamespace == nil)
        let plan = Plan(facts: facts, settings: DindSettings())
        #expect(!plan.decisions.contains { $0.subject == "user namespace" })
    }
}

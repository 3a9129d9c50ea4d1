import EnginePlan
import HostFacts
import Testing
import Values

/// Pods with IPv6 beside IPv4, and with IPv6 alone.
struct IPv6PlannerTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func plan(
        version: EngineVersion = EngineVersion(major: 26, minor: 1), hasIPv4: Bool = true,
        nameServers: [String] = ["fd00::a"], _ change: (inout HostFacts) -> Void = { _ in }
    ) throws -> Plan {
        var facts = host
        facts.engine.version = version
        facts.network.ipv6 = IPv6Facts(addresses: ["fd00:0:0:0:0:0:0:7/64"], uplink: "eth0")
        facts.network.resolver = ResolverConfiguration(nameservers: nameServers)
        if !hasIPv4 {
            facts.network.routes = []
            facts.network.interfaces[0].addresses = []
            facts.network.interfaces[0].mtu = 1400
        }
        change(&facts)
        return Plan(facts: facts, settings: DindSettings())
    }

    @Test(arguments: [(20, true), (26, true), (27, false), (29, false)])
    func nestedContainersReachOut(major: Int, isExperimental: Bool) throws {
        let configuration = try plan(version: EngineVersion(major: major, minor: 0)).daemon.configuration
        #expect(configuration["ipv6"] == true)
        #expect(configuration["ip6tables"] == true)
        #expect(configuration["fixed-cidr-v6"] == "fd6b:696e:6b61:1::/64")
        #expect((configuration["experimental"] == true) == isExperimental)
        // dockerd leaves servers of IPv6 out of what it copies.
        #expect(configuration["dns"] == ["fd00::a"])
    }

    /// A Pod of IPv6 alone: what passes is measured by its interface.
    @Test func withoutIPv4() throws {
        let plan = try plan(hasIPv4: false)
        #expect(plan.problems.isEmpty)
        #expect(plan.daemon.configuration["mtu"] == 1400)
        #expect(plan.daemon.configuration["ipv6"] == true)
    }

    /// Inside a nested container of such an engine the next network is taken.
    @Test func networksOfOuterEnginesAreKept() throws {
        let plan = try plan { $0.network.ipv6.addresses = ["fd6b:696e:6b61:1:0:0:0:2/64"] }
        #expect(plan.daemon.configuration["fixed-cidr-v6"] == "fd6b:696e:6b61:2::/64")
    }

    private static let obstacles: [(String, @Sendable (inout HostFacts) -> Void)] = [
        ("no NAT", { $0.packetFilter.nftIPv6.failures[.masquerade] = "no NAT" }),
        ("ip6tables is not installed", { $0.packetFilter.nftIPv6.command = nil }),
        ("accept_ra=2", { $0.network.ipv6.isUplinkAdvertised = true }),
    ]

    /// What does not work is said, with its reason, and nobody gets 8.8.8.8 without a word.
    @Test(arguments: obstacles.indices)
    func orOneLineSaysWhyNot(index: Int) throws {
        let (reason, change) = Self.obstacles[index]
        let plan = try plan(change)
        #expect(plan.daemon.configuration["ipv6"] == nil)
        #expect(plan.decisions.first { $0.subject == "ipv6" }?.reason.contains(reason) == true)
        let warning = try #require(plan.problems.first { $0.topic == .nameServers })
        #expect(warning.summary.contains("fd00::a") && warning.summary.contains("8.8.8.8"))
        let alone = try self.plan(hasIPv4: false, change)
        #expect(alone.problems.contains { $0.topic == .ipv6 && $0.summary.contains(reason) })
    }

    @Test func serversOfBothFamiliesWithoutNestedIPv6() throws {
        let plan = try plan(nameServers: ["fd00::a", "10.0.0.2"]) {
            $0.packetFilter.nftIPv6.failures[.masquerade] = "no"
        }
        #expect(plan.daemon.configuration["dns"] == ["10.0.0.2"])
        #expect(plan.problems.isEmpty)
    }

    @Test func withoutAWayOutNothingChanges() throws {
        let plan = try plan(nameServers: ["10.0.0.2"]) { $0.network.ipv6 = IPv6Facts() }
        #expect(plan.daemon.configuration["ipv6"] == nil)
        #expect(!plan.decisions.contains { $0.subject == "ipv6" })
    }
}

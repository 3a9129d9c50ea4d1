import HostFacts
import Testing

@testable import EnginePlan

struct ResolverPlannerTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func plan(_ resolvConf: String, dns: [String] = [], hasIPv6: Bool = false) throws
        -> ResolverPlanner.Outcome
    {
        var facts = host
        facts.network.resolver = ResolverConfiguration(text: resolvConf)
        var settings = DindSettings()
        settings.dns = dns
        return ResolverPlanner.plan(facts, settings: settings, hasIPv6: hasIPv6)
    }

    @Test(
        arguments: [
            ("nameserver 10.0.0.2", [], 0), ("nameserver 127.0.0.53\nnameserver 10.0.0.2", ["10.0.0.2"], 0),
            ("nameserver 127.0.0.11", [], 1), ("nameserver ::1", [], 1), ("", [], 1),
            ("nameserver fd00::a", [], 1), ("nameserver fd00::a\nnameserver 10.0.0.2", ["10.0.0.2"], 0),
        ] as [(String, [String], Int)])
    func servers(resolvConf: String, expected: [String], warnings: Int) throws {
        let outcome = try plan(resolvConf)
        #expect(outcome.servers == expected)
        #expect(outcome.problems.count == warnings)
    }

    @Test(arguments: [
        ("options ndots:5", ["ndots:1"]),
        ("options edns0 ndots:2 trust-ad", ["ndots:1", "edns0", "trust-ad"]),
        // 0 is what Docker gives, and sends no name through a search domain first.
        ("options ndots:0", []), ("options ndots:1", []), ("options edns0", []), ("options ndots:x", []),
    ])
    func options(resolvConf: String, expected: [String]) throws {
        #expect(try plan("nameserver 10.0.0.2\n" + resolvConf).options == expected)
    }

    /// Where nested containers have IPv6 its servers are named, as dockerd would leave them out.
    @Test func serversOfIPv6() throws {
        let outcome = try plan("nameserver fd00::a\nnameserver 10.0.0.2", hasIPv6: true)
        #expect(outcome.servers == ["fd00::a", "10.0.0.2"])
        #expect(outcome.problems.isEmpty)
    }

    /// With options of its own in the file dockerd would hand the loopback server on as it is.
    @Test func noOptionsWithoutAReachableServer() throws {
        #expect(try plan("nameserver 127.0.0.11\noptions ndots:5").options.isEmpty)
        #expect(try plan("nameserver 127.0.0.11\noptions ndots:5", dns: ["1.1.1.1"]).options == ["ndots:1"])
    }

    @Test func serversThatWereAskedFor() throws {
        let outcome = try plan("nameserver 127.0.0.11", dns: ["10.9.8.7"])
        #expect(outcome.servers == ["10.9.8.7"])
        #expect(outcome.problems.isEmpty)
    }
}

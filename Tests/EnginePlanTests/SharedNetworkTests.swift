import EnginePlan
import HostFacts
import Testing
import Values

/// A network namespace that is not this container's alone.
struct SharedNetworkTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func plan(
        docker0: Bool = true, port: Bool = true, engine: Bool = true,
        _ change: (inout DindSettings) -> Void = { _ in }
    ) throws -> Plan {
        var facts = host
        if docker0 {
            let addresses = [IPv4Network("172.17.0.1/24")].compactMap { $0 }
            facts.network.interfaces.append(
                NetworkInterface(name: "docker0", mtu: 1500, addresses: addresses))
        }
        if port {
            facts.network.interfaces.append(
                NetworkInterface(name: "veth12", mtu: 1500, addresses: [], bridge: "docker0"))
        }
        if engine { facts.network.engineSockets = ["/var/run/docker/libnetwork/0123.sock"] }
        var settings = DindSettings()
        change(&settings)
        return Plan(facts: facts, settings: settings)
    }

    @Test(arguments: [(true, true), (true, false), (false, false)])
    func besideAnotherEngineItIsRefused(docker0: Bool, port: Bool) throws {
        let plan = try plan(docker0: docker0, port: port)
        let error = try #require(plan.errors.first)
        #expect(error.topic == .sharedNetwork)
        #expect(error.summary.contains("/var/run/docker/libnetwork/0123.sock"))
        #expect(error.cure.contains("hostNetwork"))
    }

    /// Without rules of its own it can do with a bridge of its own, on addresses that are not the neighbour's.
    @Test(arguments: [["--iptables=false"], []])
    func withoutRulesItHasItsOwnBridge(arguments: [String]) throws {
        let plan = try plan {
            $0.daemonArguments = arguments
            if arguments.isEmpty { $0.daemonFile = ["iptables": false] }
        }
        #expect(plan.errors.isEmpty)
        #expect(plan.firewall == .none)
        #expect(plan.daemon.configuration["bridge"] == "kinkajou0")
        #expect(plan.daemon.configuration["bip"] == nil)
        #expect(plan.daemon.configuration["ip6tables"] == false)
        let bridges = plan.steps.compactMap { step -> String? in
            if case .makeBridge(let name, let address, _) = step.action { "\(name) \(address)" } else { nil }
        }
        #expect(bridges == ["kinkajou0 172.18.0.1/24"])
        #expect(plan.traces.bridges == ["kinkajou0"])
    }

    /// A bridge without ports, where no engine is, was left by one that was killed.
    @Test func aStaleBridgeIsTakenOver() throws {
        let plan = try plan(port: false, engine: false)
        #expect(plan.errors.isEmpty)
        #expect(plan.daemon.configuration["bip"] == "172.18.0.1/24")
        #expect(plan.daemon.configuration["bridge"] == nil)
    }

    @Test func aBridgeInUseIsNotTakenOver() throws {
        let plan = try plan(engine: false)
        #expect(plan.errors.isEmpty)
        #expect(plan.daemon.configuration["bridge"] == "kinkajou0")
    }

    /// dockerd removes docker0 where it is to have no bridge.
    @Test func noBridgeBesideSomebodyElsesIsRefused() throws {
        let plan = try plan(engine: false) { $0.daemonFile = ["bridge": "none"] }
        #expect(plan.errors.map(\.topic) == [.sharedNetwork])
        let alone = try self.plan(docker0: false, port: false, engine: false) {
            $0.daemonFile = ["bridge": "none"]
        }
        #expect(alone.errors.isEmpty)
    }

    @Test func theMachinesOwnNamespaceIsWarnedOf() throws {
        var facts = host
        facts.network.isMachineNamespace = true
        let plan = Plan(facts: facts, settings: DindSettings())
        #expect(plan.errors.isEmpty)
        #expect(plan.problems.map(\.topic).contains(.sharedNetwork))
    }

    /// The engine that is ours already is no other one: `kinkajou doctor` beside it.
    @Test func ourOwnEngineIsNoNeighbour() throws {
        var facts = host
        facts.network.engineSockets = ["/var/run/docker/libnetwork/0123.sock", EngineSockets.claim]
        facts.engine.isOurs = true
        #expect(Plan(facts: facts, settings: DindSettings()).errors.isEmpty)
    }
}

/// What of the interfaces is the engine's.
struct InterfaceCleanupTests {
    private func interface(_ name: String, bridge: String? = nil) -> NetworkInterface {
        NetworkInterface(name: name, mtu: 1500, addresses: [], bridge: bridge)
    }

    private func network(_ interfaces: [NetworkInterface], engines: [String] = []) -> NetworkFacts {
        NetworkFacts(
            interfaces: interfaces, routes: [], resolver: ResolverConfiguration(), serviceHost: nil,
            hasBridgeNetfilter: true, engineSockets: engines)
    }

    private func deletions(
        before: NetworkFacts, now: [NetworkInterface], bridges: Set<String> = [], isShared: Bool = false
    ) -> [String] {
        InterfaceCleanup.deletions(
            before: before, now: now,
            ownership: NamespaceOwnership(made: EngineTraces(bridges: bridges), isShared: isShared))
    }

    private static let bridge = "br-55840391131c"
    private var engine: [NetworkInterface] {
        [
            interface("eth0"), interface("docker0"), interface(Self.bridge),
            interface("veth1", bridge: "docker0"), interface("veth2", bridge: Self.bridge),
        ]
    }

    @Test func whatTheEngineMadeGoesPortsFirst() {
        #expect(
            deletions(
                before: network([interface("eth0")]), now: engine, bridges: ["docker0", Self.bridge, "mynet"])
                == ["veth1", "veth2", "docker0", Self.bridge])
    }

    /// dockerd was killed before it could be asked: it was the only engine, so the names tell.
    @Test func withoutARecordNamesTellWhereNoOtherEngineIs() {
        let before = network([interface("eth0")])
        #expect(deletions(before: before, now: engine) == ["veth1", "veth2", "docker0", Self.bridge])
        #expect(deletions(before: before, now: engine, isShared: true) == [])
    }

    /// A bridge by `com.docker.network.bridge.name` is known by the engine's word alone.
    @Test func bridgesOfAnyName() {
        let now = [interface("eth0"), interface("mynet"), interface("veth1", bridge: "mynet")]
        #expect(deletions(before: network([]), now: now, bridges: ["mynet"]) == ["veth1", "mynet"])
        #expect(deletions(before: network([]), now: now) == [])
    }

    @Test func portsOfOthersStay() {
        let now = [
            interface("veth1", bridge: "cni0"), interface("cni0"), interface("veth2"),
            interface("tap0", bridge: "docker0"), interface("docker0"), interface("wg0"),
        ]
        #expect(deletions(before: network([]), now: now, bridges: ["docker0"]) == ["docker0"])
    }

    /// What was there before is somebody's, unless it was proven stale and our engine took it over.
    @Test func bridgesThatWereThere() {
        let inUse = network([interface("docker0"), interface("veth9", bridge: "docker0")])
        #expect(deletions(before: inUse, now: inUse.interfaces, bridges: ["docker0"]) == [])
        let engineThere = network([interface("docker0")], engines: ["/var/run/docker/libnetwork/1.sock"])
        #expect(deletions(before: engineThere, now: engineThere.interfaces, bridges: ["docker0"]) == [])
        let stale = network([interface("docker0"), interface(Self.bridge)])
        #expect(deletions(before: stale, now: stale.interfaces) == ["docker0"])
        #expect(
            deletions(before: stale, now: stale.interfaces, bridges: [Self.bridge])
                == ["docker0", Self.bridge])
    }
}

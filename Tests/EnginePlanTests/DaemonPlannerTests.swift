import HostFacts
import Testing
import Values

@testable import EnginePlan

/// Who wins: an option, then a variable, then the user's daemon.json, then the plan.
struct DaemonPlannerTests {
    private let host: HostFacts
    /// One whose bounding set lacks a capability.
    private let restricted: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
        restricted = try await RecordedHost("hybrid-privileged-host").facts()
    }

    private func plan(
        of host: HostFacts? = nil, facts change: (inout HostFacts) -> Void = { _ in },
        _ settings: (inout DindSettings) -> Void
    ) throws -> Plan {
        var facts = host ?? self.host
        change(&facts)
        var asked = DindSettings()
        settings(&asked)
        return Plan(facts: facts, settings: asked)
    }

    private func sources(_ plan: Plan, _ subject: String) -> [SettingSource] {
        plan.decisions.filter { $0.subject == subject }.map(\.source)
    }

    @Test func thePlanAlone() throws {
        let plan = try plan { _ in }
        #expect(plan.daemon.configuration["mtu"] == 1500)
        #expect(plan.daemon.configuration["cgroup-parent"] == nil, "it is known when a strategy has worked")
        #expect(plan.daemon.arguments == ["--config-file", "/run/kinkajou/dind/daemon.json"])
        #expect(sources(plan, "mtu") == [.plan])
    }

    @Test func theUsersFileWinsOverThePlan() throws {
        let plan = try plan {
            $0.daemonFile = [
                "mtu": 1300, "log-driver": "local", "dns": ["9.9.9.9"], "storage-driver": "btrfs",
            ]
        }
        let configuration = plan.daemon.configuration
        #expect(configuration["mtu"] == 1300)
        #expect(configuration["log-driver"] == "local")
        #expect(configuration["dns"] == ["9.9.9.9"])
        #expect(configuration["storage-driver"] == "btrfs")
        #expect(sources(plan, "mtu").last == .file)
        #expect(plan.decisions.filter { $0.subject == "log-driver" }.isEmpty, "nothing was decided against")
    }

    @Test(arguments: [SettingSource.flag, .environment])
    func whatWasAskedForWinsOverTheUsersFile(source: SettingSource) throws {
        let plan = try plan {
            $0.daemonFile = [
                "mtu": 1300, "bip": "10.9.0.1/24", "storage-driver": "btrfs", "data-root": "/file",
                "dns": ["9.9.9.9"], "registry-mirrors": ["https://file"], "insecure-registries": ["file"],
            ]
            $0.mtu = .init(1400, from: source)
            $0.bridgeAddress = .init("10.8.0.1/24", from: source)
            $0.storageDriver = .init("vfs", from: source)
            $0.dataRoot = .init("/asked", from: source)
            $0.dns = ["1.1.1.1"]
            $0.registryMirrors = ["https://asked"]
            $0.insecureRegistries = ["asked"]
        }
        let configuration = plan.daemon.configuration
        #expect(configuration["mtu"] == 1400)
        #expect(configuration["bip"] == "10.8.0.1/24")
        #expect(configuration["storage-driver"] == "vfs")
        #expect(configuration["data-root"] == "/asked")
        #expect(configuration["dns"] == ["1.1.1.1"])
        #expect(configuration["registry-mirrors"] == ["https://asked"])
        #expect(configuration["insecure-registries"] == ["asked"])
        #expect(sources(plan, "mtu") == [source])
    }

    /// dockerd refuses to start when a directive stands in its arguments and in its file.
    @Test(arguments: [
        (["--mtu=1200"], "mtu"), (["--mtu", "1200"], "mtu"), (["--bip=10.0.0.1/24"], "bip"),
        (["-s", "vfs"], "storage-driver"), (["-svfs"], "storage-driver"), (["-Ds", "vfs"], "storage-driver"),
        (["--storage-driver=vfs"], "storage-driver"), (["--dns", "1.1.1.1"], "dns"),
        (["-p", "/x"], "pidfile"),
        (["--registry-mirror=https://x"], "registry-mirrors"),
        (["--exec-opt=native.cgroupdriver=cgroupfs"], "exec-opts"),
        (["--insecure-registry=x"], "insecure-registries"), (["--raw-logs=false"], "raw-logs"),
        (["--default-address-pool=base=10.0.0.0/8,size=24"], "default-address-pools"),
        (["--default-network-opt=bridge=a=b"], "default-network-opts"),
        (["-H", "tcp://0.0.0.0:2375"], "hosts"),
        (["-Htcp://0.0.0.0:2375"], "hosts"), (["--host=fd://"], "hosts"),
    ])
    func anArgumentRemovesItsKeyFromTheFile(arguments: [String], key: String) throws {
        let plan = try plan {
            $0.dns = ["9.9.9.9"]
            $0.registryMirrors = ["https://m"]
            $0.insecureRegistries = ["r"]
            $0.daemonFile = ["log-driver": "local"]
            $0.daemonArguments = arguments
        }
        #expect(plan.daemon.configuration[key] == nil)
        #expect(plan.daemon.configuration["log-driver"] == "local")
        #expect(plan.daemon.arguments.dropFirst(2).starts(with: arguments))
        #expect(sources(plan, key).last == .environment)
    }

    @Test func valuesOfShortOptionsAreNoOptions() {
        #expect(DaemonPlanner.keys(ofArguments: ["-ldebug", "-D", "-Dl", "info"]) == ["log-level", "debug"])
        #expect(DaemonPlanner.keys(ofArguments: ["-", "--", "x", "-z"]).isEmpty)
    }

    /// Without its own socket kinkajou would wait for an engine that is ready for others.
    @Test func theSocketStaysBesideTheUsersHosts() throws {
        let socket = "unix:///var/run/docker.sock"
        var plan = try plan { $0.daemonFile = ["hosts": ["tcp://127.0.0.1:2375"]] }
        #expect(plan.daemon.configuration["hosts"] == [.string(socket), "tcp://127.0.0.1:2375"])
        plan = try self.plan { $0.daemonArguments = ["-H", "tcp://127.0.0.1:2375"] }
        #expect(plan.daemon.configuration["hosts"] == nil)
        #expect(plan.daemon.arguments.suffix(3) == ["-H", "tcp://127.0.0.1:2375", "--host=" + socket])
        plan = try self.plan { $0.daemonArguments = ["--host=" + socket] }
        #expect(plan.daemon.arguments.suffix(1) == ["--host=" + socket], "once is enough")
        #expect(plan.daemon.arguments.count == 3)
    }

    /// A default runtime that is not among the runtimes keeps dockerd from starting.
    @Test func theWrapperStaysBesideTheUsersRuntimes() throws {
        let wrapper = "/usr/local/bin/kinkajou-oci"
        var plan = try plan(of: restricted) {
            $0.daemonFile = ["runtimes": ["crun": ["path": "/usr/bin/crun"]]]
        }
        #expect(
            plan.daemon.configuration["runtimes"]
                == ["crun": ["path": "/usr/bin/crun"], "kinkajou": ["path": .string(wrapper)]])
        #expect(plan.daemon.configuration["default-runtime"] == "kinkajou")
        plan = try self.plan(of: restricted) {
            $0.daemonArguments = ["--add-runtime=crun=/usr/bin/crun"]
        }
        #expect(plan.daemon.configuration["runtimes"] == nil)
        #expect(plan.daemon.arguments.last == "--add-runtime=kinkajou=" + wrapper)
    }

    /// dockerd takes a bridge or an address for its own one, not both.
    @Test func aBridgeOfTheUsersOwn() throws {
        var plan = try plan { $0.daemonFile = ["bridge": "none"] }
        #expect(plan.daemon.configuration["bip"] == nil)
        plan = try self.plan { $0.daemonArguments = ["-b", "none"] }
        #expect(plan.daemon.configuration["bip"] == nil)
        #expect(plan.daemon.arguments.suffix(2) == ["-b", "none"])
    }

    /// Anywhere else nested containers would escape the Pod's limits, and the key would stand twice.
    @Test func theCgroupParentIsThePlans() throws {
        var plan = try plan { $0.daemonFile = ["cgroup-parent": "/elsewhere"] }
        #expect(plan.daemon.configuration["cgroup-parent"] == nil)
        #expect(sources(plan, "cgroup-parent") == [.plan])
        plan = try self.plan {
            $0.daemonArguments = ["--cgroup-parent", "/a", "-D", "--cgroup-parent=/b", "--cgroup-parent"]
        }
        #expect(plan.daemon.arguments.dropFirst(2) == ["-D"])
    }

    @Test func tls() throws {
        let plan = try plan {
            $0.tlsDirectory = "/certs"
            $0.daemonFile = ["tlsverify": false, "tlscert": "/mine.pem"]
        }
        #expect(plan.daemon.configuration["hosts"] == ["unix:///var/run/docker.sock", "tcp://0.0.0.0:2376"])
        #expect(plan.daemon.configuration["tlsverify"] == true)
        #expect(plan.daemon.configuration["tlscert"] == "/certs/server/cert.pem")
        #expect(plan.tlsDirectory == "/certs")
    }

    /// The same settings give the same plan, in the same order.
    @Test func decisionsHaveOneOrder() throws {
        let change: (inout DindSettings) -> Void = {
            $0.daemonFile = [
                "mtu": 1, "bip": "a", "raw-logs": false, "pidfile": "x", "exec-opts": [], "dns": ["x"],
            ]
            $0.daemonArguments = ["--mtu=2", "--storage-driver=vfs", "--shutdown-timeout=1"]
        }
        let first = try plan(change)
        for _ in 0..<20 { #expect(try plan(change) == first) }
    }

    @Test(arguments: [(20, 10, false), (23, 0, false), (24, 0, true), (28, 1, true)])
    func networkOptionsNeedVersion24(major: Int, minor: Int, expected: Bool) throws {
        let plan = try plan(facts: { $0.engine.version = .init(major: major, minor: minor) }) { _ in }
        #expect((plan.daemon.configuration["default-network-opts"] != nil) == expected)
    }

    @Test(arguments: [(26, true, false), (27, true, true), (27, false, false)])
    func ip6tablesIsTurnedOffWhereItWouldFail(major: Int, isBroken: Bool, expected: Bool) throws {
        let plan = try plan(facts: { facts in
            facts.engine.version = .init(major: major, minor: 0)
            if isBroken { facts.packetFilter.nftIPv6.failures[.masquerade] = "no table" }
        }) { _ in }
        #expect(plan.daemon.configuration["ip6tables"] == (expected ? false : nil))
    }

    @Test(arguments: [(5, 2), (25, 12), (0, 1)])
    func theEngineTakesHalfOfTheGrace(grace: Int, expected: Int) throws {
        let plan = try plan { $0.graceSeconds = grace }
        #expect(plan.daemon.configuration["shutdown-timeout"] == .integer(Int64(expected)))
    }

    @Test func valuesOfProxiesAreNotShown() throws {
        let plan = try plan(facts: { $0.proxyVariables = ["HTTPS_PROXY"] }) { _ in }
        #expect(plan.decisions.contains { $0.subject == "proxies" && $0.choice == "HTTPS_PROXY" })
        #expect(plan.daemon.environment["HTTPS_PROXY"] == nil)
    }

    @Test func moduleIsLoadedWhereItCanBeFound() throws {
        let load = Action.loadModule("br_netfilter")
        func actions(_ hasModules: Bool) throws -> [Action] {
            try plan(facts: { facts in
                facts.network.hasBridgeNetfilter = false
                facts.kernel.hasModuleDirectory = hasModules
            }) { _ in }.steps.map(\.action)
        }
        #expect(try actions(true).contains(load))
        #expect(try !actions(false).contains(load))
    }

    /// dockerd 28 does not start where it cannot make its rules in the table raw.
    @Test(arguments: [(27, false), (28, true)])
    func withoutTheTableRaw(major: Int, expected: Bool) async throws {
        var facts = try await RecordedHost("v2-privileged-private").facts()
        facts.engine.version = EngineVersion(major: major, minor: 1)
        facts.packetFilter.nft.failures[.raw] = "Table does not exist"
        let plan = Plan(facts: facts, settings: DindSettings())
        #expect((plan.daemon.environment["DOCKER_INSECURE_NO_IPTABLES_RAW"] == "1") == expected)
    }
}

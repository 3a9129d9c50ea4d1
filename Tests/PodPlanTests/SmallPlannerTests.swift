import HostFacts
import Testing

@testable import PodPlan

struct ResolverPlannerTests {
    private func plan(_ resolvConf: String, dns: [String] = []) throws -> ResolverPlanner.Outcome {
        var facts = try RecordedHost("v2-privileged-private").facts()
        facts.network.resolver = ResolverConfiguration(text: resolvConf)
        var settings = DindSettings()
        settings.dns = dns
        return ResolverPlanner.plan(facts, settings: settings)
    }

    @Test(
        arguments: [
            ("nameserver 10.0.0.2", [], 0), ("nameserver 127.0.0.53\nnameserver 10.0.0.2", ["10.0.0.2"], 0),
            ("nameserver 127.0.0.11", [], 1), ("nameserver ::1", [], 1), ("", [], 0),
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

struct StoragePlannerTests {
    private func plan(
        _ change: (inout HostFacts, inout DindSettings) -> Void
    ) throws -> StoragePlanner.Outcome {
        var facts = try RecordedHost("v2-privileged-private").facts()
        var settings = DindSettings()
        change(&facts, &settings)
        return StoragePlanner.plan(facts, settings: settings)
    }

    @Test(
        arguments: [
            ("ext4", "overlay2", 0), ("xfs", "overlay2", 0), ("tmpfs", "overlay2", 0),
            ("btrfs", "overlay2", 0),
            ("overlay", "vfs", 1),
            // dockerd refuses overlay2 there, and names only "driver not supported".
            ("nfs", "vfs", 1), ("zfs", nil, 0),
        ] as [(String, String?, Int)])
    func driver(fileSystem: String, expected: String?, warnings: Int) throws {
        let outcome = try plan { facts, _ in facts.storage.fileSystem = fileSystem }
        #expect(outcome.driver == expected)
        #expect(outcome.problems.count == warnings)
    }

    @Test func fuseNeedsItsDevice() throws {
        let outcome = try plan { facts, _ in
            facts.storage.fileSystem = "overlay"
            facts.engine.fuseOverlay = "/usr/bin/fuse-overlayfs"
            facts.kernel.devices = []
        }
        #expect(outcome.driver == "vfs")
    }

    @Test(arguments: [(false, "vfs"), (true, "overlay2")])
    func kernelWithoutOverlay(canLoad: Bool, expected: String) throws {
        let outcome = try plan { facts, _ in
            facts.kernel.fileSystems = ["ext4"]
            facts.kernel.hasModuleDirectory = canLoad
        }
        #expect(outcome.driver == expected)
    }

    @Test func imagesThatAreThereKeepTheirDriver() throws {
        let outcome = try plan { facts, _ in facts.storage.presentDrivers = ["vfs"] }
        #expect(outcome.driver == "vfs")
    }

    @Test func whatWasAskedForWins() throws {
        let outcome = try plan { facts, settings in
            facts.storage.presentDrivers = ["vfs"]
            settings.storageDriver = .init("btrfs", from: .flag)
        }
        #expect(outcome.driver == "btrfs")
        #expect(outcome.decision.source == .flag)
    }

    @Test(arguments: [
        (UInt64(256 << 20) - 1, UInt64(5000), UInt64(1000), 1), (256 << 20, 5000, 1000, 0),
        (256 << 20, 5000, 999, 1),
        // A file system that makes inodes as needed counts none.
        (256 << 20, 0, 0, 0),
    ])
    func space(free: UInt64, inodes: UInt64, freeInodes: UInt64, errors: Int) throws {
        let outcome = try plan { facts, _ in
            facts.storage.freeBytes = free
            facts.storage.totalInodes = inodes
            facts.storage.freeInodes = freeInodes
        }
        #expect(outcome.problems.map(\.exitCode) == Array(repeating: .storageUnusable, count: errors))
    }
}

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
        #expect(outcome.problems.map(\.exitCode) == [.programMissing])
        #expect(outcome.steps.isEmpty, "there is nothing that a link could lead to")
    }
}

struct CgroupPlannerTests {
    /// dockerd takes one parent for all hierarchies: those outside of it are named.
    @Test func differentPathsAreWarnedOf() throws {
        let outcome = CgroupPlanner.plan(try RecordedHost("hybrid-machine").facts())
        #expect(outcome.problems.map(\.severity) == [.warning])
        #expect(outcome.problems.first?.summary.contains("in memory") == true)
    }

    /// A controller that the runtime does not know stays at the root: that is no reason to leave the own path.
    @Test func controllersUnknownToTheRuntimeDoNotDecide() throws {
        var facts = try RecordedHost("hybrid-privileged-host-cgroupfs").facts()
        let expected = try #require(CgroupPlanner.plan(facts).strategies.first?.parent)
        let index = try #require(facts.cgroups.membership.firstIndex { $0.controllers == ["blkio"] })
        facts.cgroups.membership[index].path = "/"
        let outcome = CgroupPlanner.plan(facts)
        #expect(outcome.strategies.first?.parent == expected)
        #expect(outcome.problems.isEmpty)
    }

    /// In every layout the parent lies under the own cgroup.
    @Test(arguments: try RecordedHost.names() + DerivedHost.all.map(\.name))
    func theParentLiesUnderTheOwnCgroup(name: String) throws {
        let derived = DerivedHost.all.first { $0.name == name }
        let facts = try derived?.facts() ?? RecordedHost(name).facts()
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

struct ShellWordsTests {
    @Test(
        arguments: [
            ("", []), ("  \t\n ", []), ("a b", ["a", "b"]), ("  a   b  ", ["a", "b"]),
            ("'a b' c", ["a b", "c"]),
            ("\"a b\"c", ["a bc"]), ("''", [""]), ("a '' b", ["a", "", "b"]), ("a\\ b", ["a b"]),
            ("'a\\b'", ["a\\b"]),
            ("\"a\\\"b\"", ["a\"b"]), ("--label=x='y z'", ["--label=x=y z"]),
            ("$HOME `x` *", ["$HOME", "`x`", "*"]),
            ("ä 'ö ü'", ["ä", "ö ü"]),
            // Inside double quotes a shell keeps a backslash before any other character.
            ("\"a\\d\"", ["a\\d"]), ("\"a\\\\d\"", ["a\\d"]), ("a\\", ["a\\"]),
        ] as [(String, [String])])
    func words(text: String, expected: [String]) throws {
        #expect(try ShellWords.split(text) == expected)
    }

    @Test(arguments: ["'", "\"", "a 'b", "a \"b\\\"", "'\""])
    func unclosed(text: String) {
        #expect(throws: ShellWords.UnclosedQuote.self) { try ShellWords.split(text) }
    }
}

import HostFacts
import Testing

@testable import EnginePlan
@testable import Values

struct StoragePlannerTests {
    private let host: HostFacts

    init() async throws {
        host = try await RecordedHost("v2-privileged-private").facts()
    }

    private func plan(
        _ change: (inout HostFacts, inout DindSettings) -> Void
    ) throws -> StoragePlanner.Outcome {
        var facts = host
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
        #expect(outcome.problems.map(\.code) == Array(repeating: .storageUnusable, count: errors))
    }
}

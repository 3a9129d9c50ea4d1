import EnginePlan
import Foundation
import Testing

@testable import EngineHost

struct EngineCgroupsTests {
    /// A cgroup that is there when the strategy has worked is somebody else's, such as the machine's own /docker.
    @Test func whatWasThereIsNotSwept() async throws {
        let root =
            FileManager.default.temporaryDirectory.path + "/kj-cgroups-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let (foreign, own) = (root + "/foreign/docker", root + "/own/docker")
        try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
        let cgroups = EngineCgroups(
            of: CgroupStrategy(
                name: "test", steps: [], parent: "/docker", parentDirectories: [foreign, own], reason: ""))
        try FileManager.default.createDirectory(atPath: own + "/0123", withIntermediateDirectories: true)
        #expect(await cgroups.sweep(within: .seconds(5)) == [])
        #expect(FileManager.default.fileExists(atPath: foreign))
        #expect(!FileManager.default.fileExists(atPath: own))
    }
}

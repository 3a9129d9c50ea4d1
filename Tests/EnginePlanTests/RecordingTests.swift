import Foundation
import HostFacts
import HostReader
import Testing

/// `scripts/record-facts` and the reader of facts belong together.
struct RecordingTests {
    /// A recording of this machine is read as the machine itself. What the script forgets to record, or the reader
    /// finds elsewhere than under its root, makes a difference.
    @Test func aRecordingIsReadAsTheMachineIs() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "kinkajou-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let repository = TestFiles.directory.deletingLastPathComponent().deletingLastPathComponent()
        let script = Process()
        script.executableURL = repository.appending(path: "scripts/record-facts")
        script.arguments = [directory.path]
        script.standardError = FileHandle.nullDevice
        try script.run()
        script.waitUntilExit()
        #expect(script.terminationStatus == 0)

        let recorded = constant(try await RecordedHost(directory: directory).facts())
        let here = constant(await FactsReader().read(dataRoot: "/var/lib/docker"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let lines = try [recorded, here].map { facts in
            String(decoding: try encoder.encode(facts), as: UTF8.self).split(separator: "\n")
        }
        #expect(recorded == here, "\(lines[0].difference(from: lines[1]))")
    }

    /// Processes of a container are moved below its cgroup, where no limit is written.
    @Test func aLimitHoldsForEverythingBelow() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "kinkajou-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.copyItem(
            at: TestFiles.directory.appending(path: "Recorded/v2-privileged-private"), to: directory)
        func write(_ text: String, _ path: String) throws {
            let file = directory.appending(path: "root/" + path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try write("0::/one/two\n", "proc/self/cgroup")
        try write("1073741824\n", "sys/fs/cgroup/memory.max")
        try write("max\n", "sys/fs/cgroup/one/two/memory.max")
        try write("2147483648\n", "sys/fs/cgroup/one/memory.max")
        try write("150000 100000\n", "sys/fs/cgroup/one/cpu.max")
        try write("max 100000\n", "sys/fs/cgroup/one/two/cpu.max")
        let resources = try await RecordedHost(directory: directory).facts().resources
        #expect(resources.memoryLimit == 1 << 30)
        #expect(resources.processorQuota == 1.5)
    }

    /// The facts without what changes from one moment to the next, or with the process that reads them.
    private func constant(_ facts: HostFacts) -> HostFacts {
        var facts = facts
        facts.clock = ClockFacts()
        facts.confinement.refusesKeyrings = false
        facts.keys?.used = 0
        // Opening them tells how many are left.
        facts.inotify?.visible = 0
        facts.inotify?.free = nil
        facts.conntrack?.count = 0
        facts.storage.freeBytes = 0
        facts.storage.freeInodes = 0
        facts.storage.writeError = facts.storage.writeError.map { _ in "an error" }
        facts.resources.memoryAvailable = 0
        facts.resources.processes = 0
        facts.resources.throttling = nil
        facts.listeningPorts = []
        // Sockets are taken for ones that answer.
        facts.engine.socketAnswers = false
        facts.engine.staleFiles = []
        // The wrapper beside the running program is not the recorder's business.
        facts.engine.wrapper = nil
        // Proxies are recorded as being there.
        facts.proxies = []
        // Containers of this machine's engine come and go meanwhile.
        facts.mounts.removeAll { $0.mountPoint.contains("docker") || $0.mountPoint.contains("/netns") }
        facts.network.interfaces.removeAll { $0.isEngineBridge || $0.bridge != nil }
        facts.network.routes.removeAll { NetworkInterface.isEngineBridge($0.interface) }
        facts.network.engineSockets = []
        facts.network.ipv6 = .init()
        facts.packetFilter.legacy.ruleCount = 0
        facts.packetFilter.nft.ruleCount = 0
        return facts
    }
}

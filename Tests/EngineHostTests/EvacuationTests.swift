import Foundation
import Glibc
import Linux
import Testing

@testable import EngineHost

/// What is said and how long it takes; that processes move, the tests on cgroup version 2 show.
struct EvacuationTests {
    /// A directory with the files of a cgroup.
    private func withCgroup(
        processes: String, _ body: (String) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/kinkajou-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Files.makeDirectories(path + "/init")
        for file in ["cgroup.procs", "init/cgroup.procs"] {
            try Files.replace(path + "/" + file, with: file.hasPrefix("init") ? "" : processes, mode: 0o600)
        }
        try await body(path)
    }

    @Test func processesOfOtherNamespacesAreNotWaitedForToMove() async throws {
        try await withCgroup(processes: "0\n0\n") { cgroup in
            try await Evacuation.perform(cgroup: cgroup, leaf: "init", within: .zero)
        }
    }

    @Test func oneThatStaysIsNoSilence() async throws {
        try await withCgroup(processes: "4711\n") { cgroup in
            await #expect(throws: Evacuation.Failure(cgroup: cgroup, errorNumber: EBUSY)) {
                try await Evacuation.perform(cgroup: cgroup, leaf: "init", within: .milliseconds(5))
            }
        }
    }

    @Test func controllersThatLimitsDependOnAreAnError() async throws {
        try await withCgroup(processes: "") { cgroup in
            // There is no cgroup.subtree_control: the kernel says the same where a controller cannot be had.
            for controller in ["cpu", "memory", "pids"] {
                await #expect(
                    throws: Evacuation.Failure(cgroup: cgroup, controller: controller, errorNumber: ENOENT)
                ) {
                    try await Evacuation.delegate(
                        cgroup: cgroup, leaf: nil, controllers: ["rdma", controller])
                }
            }
            try await Evacuation.delegate(cgroup: cgroup, leaf: nil, controllers: ["rdma", "misc"])
        }
    }

    @Test func strangersAreNamedWithWhatToDo() {
        let failure = Evacuation.Failure(
            cgroup: "/sys/fs/cgroup", controller: "cpu", errorNumber: EBUSY, strangers: 2)
        #expect(failure.description.contains("2 of its processes are of another PID namespace"))
        #expect(failure.cure?.contains("exec probes") == true)
        #expect(Evacuation.Failure(cgroup: "/", errorNumber: EACCES).cure == nil)
    }
}

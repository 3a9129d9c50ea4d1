import ClusterSpec
import EngineHost
import EnginePlan
import Glibc
import HostFacts
import Testing
import Values

@testable import NestedCluster

@Suite struct ClusterPreconditionsTests {
    @Test func aLimitThatNoClusterFitsInIsAnError() throws {
        let error = try #require(ClusterPreconditions.memoryError(MemoryFacts(limit: 300 << 20)))
        #expect(error.summary == "the container's memory limit of 300 MiB is too low for a cluster")
        #expect(error.code == .clusterFailed)
        #expect(ClusterPreconditions.memoryError(MemoryFacts(limit: 512 << 20)) == nil)
        #expect(ClusterPreconditions.memoryError(MemoryFacts()) == nil)
    }

    @Test func killsAreTheCauseOfWhatFailedMeanwhile() {
        let error = KinkajouError("kind failed", cure: "see above", code: .timedOut)
        let before = MemoryFacts(limit: 700 << 20, kills: 1)
        #expect(ClusterPreconditions.error(error, before: before, after: before) == error)
        let explained = ClusterPreconditions.error(
            error, before: before, after: MemoryFacts(limit: 700 << 20, kills: 3))
        #expect(
            explained.summary == "kind failed: the container's memory limit of 700 MiB was used up, "
                + "and the kernel killed 2 of its processes")
        #expect(explained.cure.hasPrefix("give the container more memory"))
        #expect(explained.code == .timedOut)
    }

    @Test func killsAreNotTheCauseOfABadOption() {
        let error = KinkajouError("no such file", cure: "correct it", code: .usage)
        #expect(
            ClusterPreconditions.error(error, before: MemoryFacts(), after: MemoryFacts(kills: 1)) == error)
    }

    @Test func aPortThatIsTakenIsAnErrorBeforeAnythingStarts() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        try #require(bound)
        var cluster = Cluster()
        cluster.networking.apiServerAddress = "127.0.0.1"
        cluster.networking.apiServerPort = Int(UInt16(bigEndian: address.sin_port))
        let error = try #require(throws: KinkajouError.self) {
            try ClusterPreconditions.checkListener(cluster)
        }
        #expect(error.summary.hasSuffix("the port is taken"))
        shutdown(descriptor, Int32(SHUT_RDWR))
        try ClusterPreconditions.checkListener(cluster)
    }

    @Test func anAddressOfAnotherMachineIsAnError() throws {
        var cluster = Cluster()
        // TEST-NET-1 (RFC 5737) is nobody's.
        cluster.networking.apiServerAddress = "192.0.2.1"
        cluster.networking.apiServerPort = 30001
        let error = try #require(throws: KinkajouError.self) {
            try ClusterPreconditions.checkListener(cluster)
        }
        #expect(error.summary.hasSuffix("the address is not one of this container"))
        cluster.networking.apiServerPort = 0
        try ClusterPreconditions.checkListener(cluster)
    }
}

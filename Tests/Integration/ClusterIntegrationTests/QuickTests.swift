import TestSupport
import Testing

/// The shortest way through all parts: `make test-quick`. Whatever it looks at is looked at by ``PodTests`` too.
@Suite(.needs(.hostCluster), .hostCluster)
struct QuickTests {
    @Test func aClusterInAPodRunsAFirstPodAndLeavesNothing() throws {
        let host = try HostCluster.required()
        let pod = try ClusterPod(host, name: "quick")
        defer { pod.remove() }
        // Ready is when a first Pod has run in the nested cluster.
        try pod.waitUntilReady()
        #expect(try pod.require("kubectl", "get", "nodes", "--no-headers").contains(" Ready "))
        let end = try pod.delete()
        #expect(end.seconds < 30)
        #expect(!end.log.contains("left behind"), "\(end.log)")
    }
}

import Foundation
import TestSupport
import Testing

/// A cluster in a Pod of a host cluster, by the scripts that `make up` and `make down` are.
/// Several minutes, and a node image: only where KINKAJOU_TEST_UP is set.
@Suite(
    .serialized,
    .enabled(
        if: ProcessInfo.processInfo.environment["KINKAJOU_TEST_UP"] != nil, "KINKAJOU_TEST_UP is not set"),
    .enabled(if: ClusterContainer.obstacle == nil, "\(ClusterContainer.obstacle ?? "")"))
struct PodTests {
    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
        .replacingOccurrences(of: "//", with: "/")

    @Test func upGivesAClusterInAPodAndDownTakesItAway() throws {
        let before = HostSnapshot.take()
        let host = "kj-up-" + String(UInt32.random(in: .min ... .max), radix: 36)
        let cache = FileManager.default.temporaryDirectory.path + "/\(host)"
        defer { try? FileManager.default.removeItem(atPath: cache) }
        defer { _ = try? run("down", host: host, cache: cache) }
        let up = try run("up", host: host, cache: cache)
        try #require(up.status == 0, "\(up)")
        #expect(up.output.contains("\(host)-control-plane"), "\(up)")
        #expect(up.output.contains("kind-control-plane"), "\(up)")

        // The nested kubelet leaves the Pod alone, and the Pod's limits hold: everything is below its cgroup.
        let node = "\(host)-control-plane"
        let kubectl = ["docker", "exec", node, "kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"]
        func inHost(_ words: String...) throws -> String {
            let result = try Command.run(kubectl + words, seconds: 120)
            guard result.status == 0 else { throw Command.Failure(words: words, result: result) }
            return result.output
        }
        let uid = try inHost("get", "pod", "kind-cluster", "-o", "jsonpath={.metadata.uid}")
        let restarts = "jsonpath={.status.containerStatuses[0].restartCount}"
        #expect(try inHost("get", "pod", "kind-cluster", "-o", restarts) == "0")
        let address = try inHost("get", "pod", "kind-cluster", "-o", "jsonpath={.status.podIP}")
        #expect(
            try inHost("exec", "kind-cluster", "--", "kubectl", "cluster-info").contains(
                "https://\(address):30001"))

        // Deleted in time, and nothing of it stays in the node.
        _ = try inHost("delete", "pod", "kind-cluster", "--wait", "--timeout=60s")
        try Wait.until("the Pod's cgroups to be gone", seconds: 60) {
            try Command.run(["docker", "exec", node, "find", "/sys/fs/cgroup", "-name", "*\(uid)*"]).output
                .isEmpty
        }
        let down = try run("down", host: host, cache: cache)
        #expect(down.status == 0, "\(down)")
        try expectNothingLeft(since: before)
    }

    private func run(_ script: String, host: String, cache: String) throws -> Command.Result {
        var setup = ChildProcess.Setup("\(Self.root)/scripts/\(script)")
        setup.environment =
            ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }.filter {
                !$0.hasPrefix("KINKAJOU_HOST=") && !$0.hasPrefix("KINKAJOU_CACHE=")
            } + ["KINKAJOU_HOST=\(host)", "KINKAJOU_CACHE=\(cache)"]
        return try Command.run(setup, seconds: 900)
    }
}

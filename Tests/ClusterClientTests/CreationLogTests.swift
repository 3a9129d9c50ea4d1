import Synchronization
import Testing

@testable import ClusterClient

@Suite struct CreationLogTests {
    private final class Recorder: CreationFollower {
        let lines = Mutex<[String]>([])
        func begin(_ phase: String) { lines.withLock { $0.append("begin \(phase)") } }
        func update(_ detail: String) { lines.withLock { $0.append("update \(detail)") } }
        func end(success: Bool) { lines.withLock { $0.append(success ? "done" : "failed") } }
        func notice(_ text: String) { lines.withLock { $0.append("notice \(text)") } }
    }

    private static let text = """
         • Starting dockerd ...
         ✓ Starting dockerd (1.2 s)
         • Loading /images/node.tar 📦 ...
         • Loading /images/node.tar 📦: 40 % of 500 MiB
         ✓ Loading /images/node.tar 📦 (9.0 s)
        warning: small disk
         • Installing CNI 🔌 ...
         ✗ Installing CNI 🔌 (3.0 s)
        error: kind failed
          cure: more memory
        kinkajou: the cluster is ready; KUBECONFIG=/root/.kube/config

        """

    /// However the log is cut into pieces, in the middle of characters too.
    @Test(arguments: [1, 2, 7, 64, 4096])
    func progressIsHandedOn(size: Int) {
        let recorder = Recorder()
        let log = CreationLog(follower: recorder)
        let bytes = Array(Self.text.utf8)
        var wasReady = false
        for start in stride(from: 0, to: bytes.count, by: size) {
            wasReady = log.take(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(wasReady)
        #expect(log.isReady)
        #expect(
            recorder.lines.withLock { $0 } == [
                "begin Starting dockerd", "done", "begin Loading /images/node.tar 📦",
                "update 40 % of 500 MiB", "done",
                "notice warning: small disk", "begin Installing CNI 🔌", "failed",
            ])
        #expect(
            log.lastLines(3) == [
                "error: kind failed", "  cure: more memory",
                "kinkajou: the cluster is ready; KUBECONFIG=/root/.kube/config",
            ])
    }
}

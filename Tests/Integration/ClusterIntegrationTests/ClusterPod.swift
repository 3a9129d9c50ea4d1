import Foundation
import TestSupport

/// A Pod of a host cluster, as `kinkajou manifest cluster` describes it, with a cluster in it.
struct ClusterPod: RunningCluster {
    let host: HostCluster
    let name: String

    /// Makes it; a Pod of that name must not be there.
    init(_ host: HostCluster, name: String, options: [String] = []) throws {
        self.init(existing: name, in: host)
        let words = [try BuiltBinary.path("kinkajou"), "manifest", "cluster", "--name", name] + options
        let manifest = try Command.run(words)
        guard manifest.status == 0 else { throw Command.Failure(words: words, result: manifest) }
        try host.apply(manifest.output)
    }

    /// One that is there.
    init(existing name: String, in host: HostCluster) {
        self.host = host
        self.name = name
    }

    /// A field of the Pod, by its JSONPath.
    func field(_ path: String) throws -> String {
        try host.kubectl("get", "pod", name, "-o", "jsonpath={\(path)}")
    }

    /// How often its container was started again.
    func restarts() throws -> String { try field(".status.containerStatuses[0].restartCount") }

    /// Waits until it is Ready; ends at once when it has ended.
    func waitUntilReady(seconds: Double = 600) throws {
        try Wait.until("the Pod \(name) to be Ready:\n\(log)", seconds: seconds) {
            let words = ["wait", "--for=condition=Ready", "pod/\(name)", "--timeout=3s"]
            if try host.run(words, seconds: 30).status == 0 { return true }
            if ["Failed", "Succeeded"].contains(try field(".status.phase")) {
                throw ChildProcess.Timeout(awaited: "the Pod \(name), which has ended:\n\(log)")
            }
            return false
        }
    }

    /// Waits until its log has a text in it.
    func waitForLog(_ text: String, seconds: Double = 300) throws {
        try Wait.until("'\(text)' in the log of \(name):\n\(log)", seconds: seconds) {
            // Until its container runs there is no log.
            let follower = try ChildProcess(host.client(["logs", "--follow", name]))
            defer { follower.end() }
            return (try? follower.waitForOutput(text, seconds: seconds)) != nil
        }
    }

    /// What it has said.
    var log: String { (try? host.run(["logs", name], seconds: 30).output) ?? "" }

    /// Deletes it, and returns how long its container took to end, in seconds, and the log to its end.
    func delete() throws -> (seconds: Double, log: String) {
        let follower = try ChildProcess(host.client(["logs", "--follow", name]))
        defer { follower.end() }
        let start = ContinuousClock.now
        try host.kubectl("delete", "pod", name, "--wait=false")
        // Its log ends with the container.
        _ = try follower.wait(seconds: 90)
        let took = start.duration(to: .now)
        // A kubelet of v1.20 tells the API server only when it next clears away ended containers, once a minute.
        remove()
        return (
            Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18, follower.output
        )
    }

    /// Takes it away whatever it does.
    func remove() {
        let words = ["delete", "pod", name, "--ignore-not-found", "--force", "--grace-period=0"]
        _ = try? host.run(words, seconds: 60)
    }

    func run(_ words: [String], seconds: Double) throws -> Command.Result {
        try host.run(["exec", name, "--"] + words, seconds: seconds)
    }

    func copy(_ file: String, to path: String) throws {
        try host.kubectl("cp", file, "\(name):\(path)")
    }
}

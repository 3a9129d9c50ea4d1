internal import KubernetesAPI
internal import NIOCore
internal import Values

/// What a person would look at in a cluster that does not become ready: nodes, Pods that are not fine, what happened to
/// them, and the log of the first one.
struct ClusterEvidence {
    let client: KubernetesClient
    /// How many lines are told at most.
    private static let most = 30
    private static let limit = Duration.seconds(10)

    /// The lines, as far as they can be had.
    func lines() async -> [String] {
        do {
            return try await withDeadline(
                Self.limit, failure: KinkajouError("the API server did not answer in time", cure: "")
            ) {
                var lines: [String] = []
                for node in try await client.list(.nodes).items {
                    lines.append(Self.line(of: node))
                }
                // What was had is told, whatever else fails.
                let pods = (try? await client.list(.pods).items) ?? []
                for pod in pods where !ReadinessLook.isFine(pod) {
                    lines += await self.lines(of: pod, withLog: !lines.contains { $0.hasPrefix("  log: ") })
                }
                return Array(lines.prefix(Self.most))
            }
        } catch {
            return ["the API server does not answer: \(error)"]
        }
    }

    private static func line(of node: JSONValue) -> String {
        let info = node["status"]["nodeInfo"]
        let name = node["metadata"]["name"].string ?? "?"
        let about = [info["kubeletVersion"], info["kernelVersion"], info["containerRuntimeVersion"]]
            .compactMap(\.string).joined(separator: ", ")
        let roll = NodeRoll(planned: [name], nodes: [node])
        return roll.isComplete ? "node \(name): Ready (\(about))" : "node \(roll.summary) (\(about))"
    }

    private func lines(of pod: JSONValue, withLog: Bool) async -> [String] {
        let namespace = pod["metadata"]["namespace"].string ?? "default"
        let name = pod["metadata"]["name"].string ?? "?"
        var lines = ["Pod \(namespace)/\(name): \(ReadinessLook.trouble(of: pod))"]
        let events = try? await client.list(
            .events, namespace: namespace, fields: "involvedObject.name=\(name)")
        for event in events?.items.suffix(3) ?? [] {
            let text = [event["reason"], event["message"]].compactMap(\.string).joined(separator: ": ")
            lines.append("  event: \(text)")
        }
        guard withLog else { return lines }
        var bytes: [UInt8] = []
        do {
            for try await piece in client.logs(pod: name, namespace: namespace, tailLines: 5) {
                bytes += piece.readableBytesView
            }
        } catch {
            return lines  // A container that has not begun has no log.
        }
        return lines
            + String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { "  log: \($0)" }
    }
}

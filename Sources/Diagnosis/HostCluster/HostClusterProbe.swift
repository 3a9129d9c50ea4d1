public import Doctor
internal import KubernetesAPI
internal import NIOCore
internal import Values

/// Runs the checks in a Pod on each node; the Pods go away with them.
public struct HostClusterProbe: Sendable {
    /// How long one Pod may take, from its making to its report.
    private static let limit = Duration.seconds(120)
    /// How many Pods there are at a time.
    private static let most = 8

    /// Why a node gave no report.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What failed and why.
        public var description: String
    }

    /// What became of it.
    public struct Outcome: Sendable {
        /// What was found, with the node as its place.
        public var findings: [ReportEntry] = []
        /// Why nodes gave no report, by their names.
        public var failures: [String: String] = [:]
        /// The cgroup versions of the nodes that told.
        public var cgroupVersions: [String: Int] = [:]
    }

    let client: KubernetesClient
    let namespace: String

    /// Examines nodes. When it is cancelled, the Pods are deleted all the same.
    public func run(on nodes: [String], pod: ExaminingPod) async throws -> Outcome {
        var outcome = Outcome()
        await withTaskGroup(of: (String, Result<Report, any Error>).self) { group in
            var waiting = nodes[...]
            while let node = waiting.popFirst() {
                group.addTask { (node, await attempt(node, pod: pod)) }
                if nodes.count - waiting.count >= Self.most { break }
            }
            while let (node, result) = await group.next() {
                switch result {
                case .success(let report): outcome.take(report, of: node)
                case .failure(let error): outcome.failures[node] = "\(error)"
                }
                if let node = waiting.popFirst() {
                    group.addTask { (node, await attempt(node, pod: pod)) }
                }
            }
        }
        try Task.checkCancellation()
        return outcome
    }

    private func attempt(_ node: String, pod: ExaminingPod) async -> Result<Report, any Error> {
        do {
            return .success(try await examine(node, pod: pod))
        } catch {
            return .failure(error)
        }
    }

    private func examine(_ node: String, pod: ExaminingPod) async throws -> Report {
        let name = "kinkajou-doctor-" + String(UInt32.random(in: .min ... .max), radix: 36)
        do {
            let report = try await withThrowingTaskGroup(of: Report.self) { group in
                group.addTask { try await self.report(name: name, node: node, pod: pod) }
                group.addTask {
                    try await Task.sleep(for: Self.limit)
                    throw Failure(description: "no report within \(Self.limit.components.seconds) s")
                }
                defer { group.cancelAll() }
                guard let report = try await group.next() else { throw CancellationError() }
                return report
            }
            await remove(name)
            return report
        } catch {
            await remove(name)
            throw error
        }
    }

    private func report(name: String, node: String, pod: ExaminingPod) async throws -> Report {
        do {
            try await client.create(.pods, pod.object(name: name, node: node), namespace: namespace)
        } catch let error as KubernetesError {
            throw Failure(description: error.status?.message ?? "\(error)")
        }
        try await waitForEnd(of: name)
        var bytes: [UInt8] = []
        for try await chunk in client.logs(pod: name, namespace: namespace) {
            bytes += chunk.readableBytesView
        }
        let text = String(decoding: bytes, as: UTF8.self)
        // Beside the report there can be a message, which is no JSON: the log has both streams.
        guard let first = text.firstIndex(of: "{"), let last = text.lastIndex(of: "}"),
            let report = try? Report(json: String(text[first...last]))
        else {
            throw Failure(description: "its log is no report: \(text.prefix(200))")
        }
        return report
    }

    /// Waits until the Pod has ended; a Pod that cannot start is not waited for.
    private func waitForEnd(of name: String) async throws {
        for try await event in client.watch(.pods, namespace: namespace, fields: "metadata.name=\(name)") {
            switch event {
            case .added(let pod), .modified(let pod):
                let status = pod["status"]
                let container = status["containerStatuses"][0]["state"]
                switch status["phase"].string {
                case "Succeeded", "Failed":
                    // A Pod that a kubelet refused, or that was ended, has no report; one with errors has.
                    guard !container["terminated"].isNull else {
                        throw Failure(
                            description:
                                "\(status["reason"].string ?? "refused"): \(status["message"].string ?? "")")
                    }
                    return
                default: break
                }
                let waiting = container["waiting"]
                if let reason = waiting["reason"].string, Self.hopeless.contains(reason) {
                    throw Failure(description: "\(reason): \(waiting["message"].string ?? "")")
                }
            case .deleted: throw Failure(description: "somebody deleted the Pod \(name)")
            case .synced: break
            }
        }
    }

    /// Reasons that a container has for waiting which do not pass by themselves.
    private static let hopeless: Set<String> = [
        "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName",
        "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError",
    ]

    private func waitUntilGone(_ name: String) async throws {
        var isThere = false
        for try await event in client.watch(.pods, namespace: namespace, fields: "metadata.name=\(name)") {
            switch event {
            case .added, .modified: isThere = true
            case .deleted: return
            case .synced: if !isThere { return }
            }
        }
    }

    /// Deletes the Pod and waits until it is gone; also when everything else was cancelled.
    private func remove(_ name: String) async {
        await Task.detached {
            guard (try? await client.delete(.pods, name, namespace: namespace, gracePeriodSeconds: 1)) == true
            else {
                return
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    try? await waitUntilGone(name)
                }
                group.addTask { try? await Task.sleep(for: .seconds(15)) }
                await group.next()
                group.cancelAll()
            }
            // Older kubelets report only after a minute that a Pod which never started is gone. There is nothing of it
            // that could still run, so it need not be waited for; where it is gone, this finds nothing.
            _ = try? await client.delete(.pods, name, namespace: namespace, gracePeriodSeconds: 0)
        }.value
    }
}

extension HostClusterProbe.Outcome {
    /// Takes a node's report.
    fileprivate mutating func take(_ report: Report, of node: String) {
        findings += report.findings.map { finding in
            var finding = finding
            finding.place = node
            return finding
        }
        let version = report.findings.first { $0.id == "cgroups-mounted" }?.found ?? ""
        if version.hasPrefix("version ") {
            cgroupVersions[node] = Int(version.dropFirst("version ".count).prefix { $0.isNumber })
        }
    }
}

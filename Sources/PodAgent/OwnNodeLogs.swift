public import ClusterSpec
internal import Linux

/// The logs of a node that is this container.
public enum OwnNodeLogs {
    /// What is in `/var/log` of a node: the logs of Pods, of containerd and of the kubelet.
    private static let names = ["pods", "containers", "kinkajou/containerd.log", "kinkajou/kubelet.log"]

    /// Copies them to the places that they have in an export of kind's.
    ///
    /// - Parameter limit: How long each copy may take.
    /// - Returns: What is not in it, and why.
    /// - Throws: `CancellationError`.
    public static func gather(
        _ node: OwnNode, into directory: String, within limit: Duration
    ) async throws -> [String] {
        let target = "\(directory)/\(node.name)"
        do throws(SystemError) { try Files.makeDirectories(target, mode: 0o700) } catch {
            return ["\(error)"]
        }
        var complaints: [String] = []
        for name in names where Files.exists("/var/log/\(name)") {
            let source = "/var/log/\(name)"
            do {
                // Links of containers lead to the logs of their Pods.
                let result = try await CapturedProgram.run(
                    ChildRequest(
                        executable: "cp", arguments: ["-RL", source, target], environment: Environment.all()),
                    timeout: limit)
                if !result.isSuccess { complaints.append("\(source): \(result.reason)") }
            } catch let error as SpawnError {
                complaints.append("\(source): \(error)")
            } catch let error as CapturedProgram.TimedOut {
                complaints.append("\(source): \(error)")
            }
        }
        do throws(SystemError) {
            try Files.replace(
                "\(target)/kubernetes-version.txt", with: node.kubernetesVersion + "\n", mode: 0o600)
        } catch {
            complaints.append("\(error)")
        }
        return complaints
    }
}

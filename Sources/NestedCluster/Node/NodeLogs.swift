internal import EngineHost
internal import Linux

/// What this node's own files say, when the API server cannot be asked.
enum NodeLogs {
    private static let directory = "/var/log/pods"

    /// The errors of the kubelet and the last words of static Pods that crash; where there are none of either, the last
    /// lines of each container.
    ///
    /// - Parameter root: What the path of every file is put behind; empty: nothing.
    static func evidence(root: String = "") -> FailureEvidence {
        let kubelet = lines(root + NodeHost.logDirectory + "/kubelet.log")
        var crashes: [NodeEvidence.Crash] = []
        var last: [String] = []
        for container in containers(root + directory) {
            guard let newest = container.logs.last else { continue }
            if container.logs.count > 1 || newest.restarts > 0 {
                // The newest may have begun just now.
                let log = container.logs.suffix(2).flatMap { lines($0.path) }
                crashes.append(NodeEvidence.Crash(container: container.name, log: log))
            }
            last.append("\(container.name):")
            last += lines(newest.path).suffix(4).map { "  \($0.prefix(300))" }
        }
        let evidence = NodeEvidence(
            kubelet: Klog.errors(Array(kubelet.suffix(300))), containerd: [], crashes: crashes)
        return evidence.isEmpty ? FailureEvidence(last) : evidence.failure()
    }

    private struct Log {
        var restarts: Int
        var path: String
    }

    private struct Container {
        var name: String
        /// They are called by the number of its restarts; the newest is the last.
        var logs: [Log]
    }

    private static func containers(_ directory: String) -> [Container] {
        var containers: [Container] = []
        for pod in Files.directories(in: directory).sorted() {
            for name in Files.directories(in: "\(directory)/\(pod)").sorted() {
                let path = "\(directory)/\(pod)/\(name)"
                var logs: [Log] = []
                for file in Files.names(in: path) where file.hasSuffix(".log") {
                    guard let restarts = Int(file.dropLast(".log".count)) else { continue }
                    logs.append(Log(restarts: restarts, path: "\(path)/\(file)"))
                }
                containers.append(
                    Container(name: name, logs: logs.sorted { $0.restarts < $1.restarts }))
            }
        }
        return containers
    }

    private static func lines(_ path: String) -> [String] {
        ((try? Files.read(path)) ?? "").split(whereSeparator: \.isNewline).map(String.init)
    }
}

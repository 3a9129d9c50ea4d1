internal import EngineHost
internal import Linux

/// What this node's own files say, when the API server cannot be asked.
enum NodeLogs {
    private static let directory = "/var/log/pods"

    /// The errors of the kubelet and the last words of static Pods that crash; where there are none of either, the last
    /// lines of each container.
    ///
    /// - Parameter root: What the path of every file is put behind; empty: nothing.
    static func lines(root: String = "") -> [String] {
        let kubelet = lines(root + NodeHost.logDirectory + "/kubelet.log")
        var crashes: [NodeEvidence.Crash] = []
        var last: [String] = []
        for (container, logs) in containers(root + directory) {
            guard let newest = logs.last else { continue }
            if logs.count > 1 || newest.restarts > 0 {
                // The newest may have begun just now.
                crashes.append(.init(container: container, log: logs.suffix(2).flatMap { lines($0.path) }))
            }
            last.append("\(container):")
            last += lines(newest.path).suffix(4).map { "  \($0.prefix(300))" }
        }
        let evidence = NodeEvidence(
            kubelet: Klog.errors(kubelet.suffix(300)), containerd: [], crashes: crashes)
        return evidence.isEmpty ? last : evidence.lines
    }

    private struct Log {
        var restarts: Int
        var path: String
    }

    /// Each container with its logs, which are called by the number of its restarts, the newest last.
    private static func containers(_ directory: String) -> [(name: String, logs: [Log])] {
        Files.directories(in: directory).sorted().flatMap { pod in
            Files.directories(in: "\(directory)/\(pod)").sorted().map { container in
                let path = "\(directory)/\(pod)/\(container)"
                let logs = Files.names(in: path).compactMap { name -> Log? in
                    guard name.hasSuffix(".log"), let restarts = Int(name.dropLast(".log".count)) else {
                        return nil
                    }
                    return Log(restarts: restarts, path: "\(path)/\(name)")
                }
                return (container, logs.sorted { $0.restarts < $1.restarts })
            }
        }
    }

    private static func lines(_ path: String) -> [String] {
        ((try? Files.read(path)) ?? "").split(whereSeparator: \.isNewline).map(String.init)
    }
}

internal import Foundation

/// What a run could leave on a machine: cgroups, mounts, interfaces, iptables rules, volumes and networks of
/// the Docker engine. Taken before and after, the difference is the leak.
public struct HostSnapshot: Equatable, Sendable {
    private var traces: Set<String>

    /// Looks at the machine.
    public static func take() -> HostSnapshot {
        var traces: Set<String> = []
        // A host cluster that stays goes on living, and other tests use it meanwhile; it has snapshots of its own.
        let hostCluster = HostCluster.givenContainer
        traces.formUnion(
            cgroups().filter { path in hostCluster.map { !path.contains($0) } ?? true }.map { "cgroup \($0)" }
        )
        // What the scripts keep in their cache is made beside the tests, with mounts of its own: a root file system of a
        // virtual machine that is not there yet. Nothing that is tested writes there.
        traces.formUnion(
            lines(of: "/proc/self/mountinfo").compactMap { line in
                let fields = line.split(separator: " ").dropFirst(3).prefix(2)
                guard fields.last?.hasPrefix(CacheDirectory.path + "/") != true else { return nil }
                return "mount " + fields.joined(separator: " ")
            })
        traces.formUnion(
            output("ip", "-o", "link").map { line in
                "interface " + (line.split(separator: " ").dropFirst().first.map(String.init) ?? "")
            })
        for command in ["iptables-legacy-save", "iptables-nft-save"] {
            // Counters and comments differ without meaning anything.
            traces.formUnion(output(command).filter { $0.hasPrefix("-A") }.map { "\(command) \($0)" })
        }
        traces.formUnion(output("docker", "volume", "ls", "-q").map { "volume \($0)" })
        traces.formUnion(output("docker", "network", "ls", "--format", "{{.Name}}").map { "network \($0)" })
        return HostSnapshot(traces: traces)
    }

    /// What is here and was not there before.
    public func added(since before: HostSnapshot) -> [String] {
        traces.subtracting(before.traces).sorted()
    }

    /// What is still here that was not there before, once what goes with a delay has had its time: the outer
    /// runtime clears away after a container's end.
    public static func left(since before: HostSnapshot, after seconds: Double) -> [String] {
        var left: [String] = []
        _ = try? Wait.until("all traces to be gone", seconds: seconds) {
            left = take().added(since: before)
            return left.isEmpty
        }
        return left
    }

    private static func cgroups() -> [String] {
        let root = "/sys/fs/cgroup"
        guard
            let walk = FileManager.default.enumerator(
                at: URL(fileURLWithPath: root), includingPropertiesForKeys: [.isDirectoryKey])
        else { return [] }
        return walk.compactMap { entry in
            guard let url = entry as? URL,
                (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
            else { return nil }
            return url.path
        }
    }

    private static func lines(of path: String) -> [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    private static func output(_ words: String...) -> [String] {
        ((try? Command.run(words))?.output ?? "").split(separator: "\n").map(String.init)
    }
}

/// What Pods leave in a host cluster: in its node, and in its API.
public struct NodeSnapshot {
    /// How often each is there. A container that is started again has another identifier, and is no trace of a test: the
    /// host's own API server may be slow to answer its probe beside compilers.
    private let traces: [String: Int]

    /// Looks at it.
    public init(of host: HostCluster) throws {
        // Beside the hierarchies of version 1 a kubelet of v1.20 leaves the empty cgroup of every Pod, also of one
        // that only sleeps.
        let script = """
            find /sys/fs/cgroup -type d | grep -vE '^/sys/fs/cgroup/unified/.*/pod[0-9a-f-]{36}$' | sed 's/^/cgroup /'
            awk '{ print "mount", $5 }' /proc/1/mountinfo
            ip -o link | awk '{ print "interface", $2 }'
            iptables-save | grep '^-A' | sed 's/^/rule /'
            ls /var/lib/kubelet/pods | sed 's/^/directory /'
            ps -eo comm= | grep -E '^(dockerd|docker|kinkajou|kind)' | sed 's/^/process /' || true
            """
        let objects = try host.kubectl("get", "namespaces,pods", "--all-namespaces", "-o", "name")
        let lines =
            try host.inNode("sh", "-c", script).split(separator: "\n").map {
                String($0.replacing(/[0-9a-f]{64}/, with: "CONTAINER"))
            } + objects.split(separator: "\n").map { "object \($0)" }
        traces = lines.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// What is there still, after the kubelet and containerd have had their time to clear away.
    public static func left(in host: HostCluster, since before: NodeSnapshot, after seconds: Double = 60)
        -> [String]
    {
        var left: [String] = []
        _ = try? Wait.until("all traces to be gone", seconds: seconds) {
            left = try NodeSnapshot(of: host).traces
                .filter { $0.value > before.traces[$0.key, default: 0] }.keys.sorted()
            return left.isEmpty
        }
        return left
    }
}

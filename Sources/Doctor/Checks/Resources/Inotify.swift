internal import EnginePlan
internal import HostFacts

extension Check {
    static let inotify = Check(
        "inotify", "There is room for inotify", area: .resources,
        why:
            "systemd, containerd and kubelets watch files; the limits are the user's, whom all privileged containers of"
            + " a machine share.",
        explanation: """
            `fs.inotify.max_user_instances` and `max_user_watches`. Less than 128 and 8192 is less than any kernel gives by \
            itself; several clusters on one machine, or one of several nodes, need 512 and 524288. How many instances are left is \
            counted: some are opened, and given back at once. One more cluster of one node needs \
            \(InotifyLimit.instancesOfCluster) of them, an engine \(InotifyLimit.instancesOfEngine).
            """,
        cure: "on the node: sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288",
        references: ["kind known issues", "kind#717"]
    ) { facts in
        let source = "/proc/sys/fs/inotify"
        let cluster = facts.purpose.hasKubernetes
        let needed = cluster ? InotifyLimit.instancesOfCluster : InotifyLimit.instancesOfEngine
        if let count = facts.host.inotify, count.isShort(of: needed) {
            let found =
                "\(count.summary), and one more \(cluster ? "cluster" : "engine") needs some \(needed)"
            // With less than half of them not even its control plane starts.
            return [
                count.isShort(of: needed / 2)
                    ? .error(found, from: "inotify_init1(2)") : .warning(found, from: "inotify_init1(2)")
            ]
        }
        let settings = facts.host.kernel.settings
        let low = InotifyLimit.all.filter { limit in
            settings[limit.name].flatMap { Int($0) }.map { $0 < limit.comfortable } ?? false
        }
        let values = InotifyLimit.all.map { "\($0.name) is \(settings[$0.name] ?? "not told")" }
        let found = values.joined(separator: ", ")
        let good: Finding =
            low.isEmpty
            ? .ok(found, from: source)
            : .info(
                "\(found): enough for a cluster of one node", from: source,
                cure: "on the node: sysctl -w "
                    + low.map { "\($0.name)=\($0.comfortable)" }.joined(separator: " "))
        return facts.planned(.inotify, from: source, otherwise: good)
    }
}

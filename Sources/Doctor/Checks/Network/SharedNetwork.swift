internal import EnginePlan
internal import HostFacts

extension Check {
    static let sharedNetwork = Check(
        "shared-network", "The network namespace is this container's alone", area: .network,
        why:
            "Two engines in one network namespace empty each other's iptables chains and take each other's bridge:"
            + " published ports and the way out go dead.",
        explanation: """
            The listening sockets of dockerd's libnetwork in `/proc/net/unix`, which lists those of the whole network \
            namespace; the ports of `docker0`; and whether it is the machine's own namespace \
            (`/proc/sys/net/core/netdev_budget` is there only in that). `kinkajou dind` refuses to start beside \
            another engine, unless its own rules are turned off (`"iptables": false`): then it takes a bridge of its own.
            """,
        cure:
            "leave out --network host, --network container:NAME and hostNetwork: true; run one engine in a Pod; or"
            + " \"iptables\": false in /etc/docker/daemon.json",
        references: ["umbrel-apps#5802", "moby#49537"],
        purposes: Purpose.withDocker
    ) { facts in
        let source = "/proc/net/unix, /sys/class/net, /proc/sys/net/core"
        guard !facts.host.engine.isOurs else { return [.ok("the engine in it is ours", from: source)] }
        return facts.planned(
            .sharedNetwork, from: source,
            otherwise: .ok(
                facts.decision("bridge name").map { "the bridge \($0.choice) is used: \($0.reason)" }
                    ?? "no other engine is in it", from: source))
    }
}

internal import HostFacts
internal import Values

/// Decides what becomes of a network namespace that is not this container's alone. dockerd takes `docker0` and
/// the chains named DOCKER for its own, wherever they come from, and empties the chains when it starts: so two
/// engines in one namespace cut off each other's containers, unless one of them leaves iptables alone and has a
/// bridge of its own.
enum SharedNetworkPlanner {
    /// The name of a bridge of our own, where `docker0` is somebody else's.
    static let ownBridge = "kinkajou0"
    private static let defaultBridge = "docker0"

    struct Outcome: Equatable {
        /// The bridge to make and use in the place of dockerd's own.
        var bridge: String?
        var decisions: [Decision] = []
        var problems: [Problem] = []
    }

    static func plan(_ facts: HostFacts, settings: DindSettings) -> Outcome {
        var outcome = Outcome()
        let network = facts.network
        guard !facts.engine.isOurs else { return outcome }
        let firewall = EngineFirewall(settings)
        let foreignBridge = network.interfaces.first {
            $0.name == defaultBridge && !network.isStaleBridge($0.name)
        }
        if let socket = network.engineSockets.first, firewall != .none {
            outcome.problems.append(
                .error(
                    .sharedNetwork,
                    "another Docker engine runs in this network namespace (\(socket)): each would undo the"
                        + " other's iptables rules and take its bridge",
                    cure: "give this container a network namespace of its own (no --network host or"
                        + " container:NAME, no hostNetwork: true, one engine in a Pod), or turn this engine's"
                        + " rules off: \"iptables\": false in /etc/docker/daemon.json",
                    code: .engineFailed))
        } else if network.isMachineNamespace {
            outcome.problems.append(
                .warning(
                    .sharedNetwork,
                    "this is the network namespace of the machine itself: everything on it passes the engine's"
                        + " iptables rules while it runs",
                    cure: "leave --network host and hostNetwork: true out"))
        }
        switch settings.namedBridge {
        case nil where foreignBridge != nil:
            outcome.bridge = ownBridge
            outcome.decisions.append(
                Decision(
                    "bridge name", ownBridge,
                    because: network.engineSockets.isEmpty
                        ? "something is plugged into docker0, so that is somebody else's"
                        : "docker0 is another engine's"))
        case "none"? where foreignBridge != nil:
            outcome.problems.append(
                .error(
                    .sharedNetwork,
                    "with the bridge none dockerd would remove docker0, which is somebody else's",
                    cure: "leave the setting bridge out: a bridge of another name is used then",
                    code: .usage))
        default: break
        }
        return outcome
    }
}

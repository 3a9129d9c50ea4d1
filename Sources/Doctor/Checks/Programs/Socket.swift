internal import EnginePlan
internal import HostFacts

extension Check {
    static let socket = Check(
        "docker-socket", "No other engine is in the way", area: .programs,
        why: "With the host's socket mounted, containers would be the host's, and outlive this one.",
        explanation: """
            Nothing may answer on `/var/run/docker.sock`. Inside of a running `kinkajou dind` or `kinkajou cluster` its own \
            engine does, which is as it should be. A mount there, or a directory (which Docker makes where the source of a \
            mount is missing), is in the way too.
            """,
        cure:
            "do not mount the host's docker.sock into the container; to use that engine, run the command"
            + " without kinkajou dind",
        purposes: Purpose.withDocker
    ) { facts in
        let source = "connect(2) to /var/run/docker.sock"
        if facts.host.engine.isOurs { return [.ok("kinkajou's own engine answers", from: source)] }
        return facts.planned(.socket, from: source, otherwise: .ok("nothing answers", from: source))
    }
}

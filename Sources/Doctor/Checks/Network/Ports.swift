internal import HostFacts

extension Check {
    static let ports = Check(
        "ports", "The API server's port is free", area: .network,
        why: "The nested cluster's API server is published at port 30001 of this container.",
        explanation: """
            Listening sockets in `/proc/net/tcp` and `tcp6`. Inside of a running `kinkajou cluster` its own listens there. The \
            port of the status endpoint, 30002, is tried when it is opened.
            """,
        cure: "stop it (ss -tlnp names it), or kinkajou cluster --api-server-port with another",
        purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/proc/net/tcp, /proc/net/tcp6"
        guard facts.host.listeningPorts.contains(30001) else { return [.ok("30001 is free", from: source)] }
        if facts.host.engine.isOurs { return [.ok("30001 is in use, by our own cluster", from: source)] }
        return [
            .error(
                "somebody listens on 30001", from: source)
        ]
    }
}

internal import HostFacts

extension Check {
    static let ports = Check(
        "ports", "The cluster's ports are free", area: .network,
        why: "The API server is published at port 30001, and the status endpoint at 30002.",
        explanation: """
            Listening sockets in `/proc/net/tcp` and `tcp6`. Inside of a running `kinkajou cluster` its own listen there.
            """,
        symptoms: ["port is already allocated", "address already in use"], purposes: [.cluster]
    ) { facts in
        let source = "/proc/net/tcp, /proc/net/tcp6"
        let busy = [30001, 30002].filter { facts.host.listeningPorts.contains($0) }
        if facts.host.engine.isOurs || busy.isEmpty {
            return [.ok("30001 and 30002 are free, or ours", from: source)]
        }
        return [
            .error(
                "somebody listens on \(busy.map(String.init).joined(separator: " and "))", from: source,
                cure:
                    "stop it (ss -tlnp names it), or kinkajou cluster --api-server-port and --status-address")
        ]
    }
}

internal import HostFacts

extension Check {
    static let staleState = Check(
        "stale-state", "No earlier engine left anything", area: .programs,
        why: "Pid files of a killed engine keep the next one from starting.",
        explanation: """
            Pid files below `/var/run/docker` whose process is another or gone, and sockets where nobody listens. \
            `kinkajou dind` removes them before it starts dockerd.
            """,
        cure: "rm -f what is named; kinkajou dind does so by itself",
        references: ["docker-library/docker#195"],
        purposes: Purpose.withDocker
    ) { facts in
        let stale = facts.host.engine.staleFiles
        guard !stale.isEmpty else {
            return [.ok("nothing stale", from: "/var/run/docker.pid, /var/run/docker")]
        }
        return [
            .info(
                "\(stale.joined(separator: ", ")) of an engine that has ended; kinkajou dind removes them",
                from: "/var/run/docker.pid, /var/run/docker", cure: "rm -f " + stale.joined(separator: " "))
        ]
    }
}

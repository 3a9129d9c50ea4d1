internal import EnginePlan

extension Check {
    static let insecureTCP = Check(
        "insecure-tcp", "The engine is not open to the network", area: .network,
        why: "Whoever reaches a Docker engine is root in its container, and in a privileged Pod on the node.",
        explanation: """
            `hosts` of `daemon.json` and `-H` in `DOCKER_ARGS` must name no TCP port without TLS. `--insecure-tcp` says \
            that it is meant.
            """,
        cure: "set DOCKER_TLS_CERTDIR, which serves TLS on port 2376; or give --insecure-tcp",
        purposes: Purpose.withDocker
    ) { facts in
        let source = "daemon.json and DOCKER_ARGS"
        return facts.planned(
            .insecureTCP, from: source, otherwise: .ok("no TCP port without TLS", from: source))
    }
}

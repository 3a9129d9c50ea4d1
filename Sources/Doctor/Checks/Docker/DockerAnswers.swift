extension Check {
    static let dockerAnswers = Check(
        "docker-answers", "The engine answers",
        why: "Without it there is nothing to run a cluster in.",
        explanation:
            "`GET /info` on the engine's socket: `DOCKER_HOST` where it names a unix socket, else `/var/run/docker.sock`.",
        cure:
            "start Docker (systemctl start docker), join its group (usermod -aG docker $USER), or set"
            + " DOCKER_HOST"
    ) { (facts: DockerFacts) in
        guard let failure = facts.failure else { return [.ok(facts.socket, from: "GET /info")] }
        return [
            .error(
                "\(facts.socket): \(failure)", from: "GET /info"
            )
        ]
    }
}

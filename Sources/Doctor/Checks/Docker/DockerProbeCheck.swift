extension Check {
    static let dockerProbe = Check(
        "docker-probe", "A privileged container can be examined",
        why: "What containers get is only known in one.",
        explanation: """
            With `--probe`: `docker run --rm --privileged` of the image with `kinkajou doctor` in it. What that finds is part \
            of the report, with the place `container`. The container is removed, whatever happens.
            """,
        cure: "make images, or docker pull kinkajou/pod; --image names another"
    ) { (facts: DockerFacts) in
        [
            facts.probe.finding(
                place: "docker run --rm --privileged \(facts.image)",
                cure: "make images, or docker pull \(facts.image); --image names another")
        ]
    }
}

extension Check {
    static let dockerImage = Check(
        "docker-image", "The image is there",
        why: "It is run as the container that the cluster lives in.",
        explanation: "The image `kinkajou/pod`, or that of `--image`, in the engine's store.",
        cure: "make images, or docker pull kinkajou/pod"
    ) { (facts: DockerFacts) in
        let source = "GET /images/\(facts.image)/json"
        guard !facts.hasImage else { return [.ok(facts.image, from: source)] }
        return [
            .info(
                "\(facts.image) is not there", from: source,
                cure: "make images, or docker pull \(facts.image)")
        ]
    }
}

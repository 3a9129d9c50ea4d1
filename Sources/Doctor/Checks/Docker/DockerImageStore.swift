extension Check {
    static let dockerImageStore = Check(
        "docker-image-store", "Images can be loaded into nodes",
        why: "An archive of an image for several platforms from containerd's store is incomplete.",
        explanation: "`DriverStatus` of `GET /info`. See image-store.",
        cure: "docker save --platform linux/amd64 IMAGE -o FILE, then kind load image-archive FILE",
        references: ["kind#3795"], purposes: [.cluster]
    ) { (facts: DockerFacts) in
        let source = "DriverStatus of GET /info"
        guard facts.hasContainerdStore else { return [.ok("the storage driver's own", from: source)] }
        return [
            .advice(
                "containerd's store", from: source)
        ]
    }
}

extension Check {
    static let dockerStorage = Check(
        "docker-storage", "The engine's storage is fast",
        why: "The image is copied in full for each container with vfs, and devicemapper is slow.",
        explanation: "`Driver` of `GET /info`.",
        cure: "put the engine's data on ext4 or xfs, and let it use overlay2"
    ) { (facts: DockerFacts) in
        let source = "Driver of GET /info"
        guard ["vfs", "devicemapper"].contains(facts.storageDriver) else {
            return [.ok(facts.storageDriver, from: source)]
        }
        return [
            .warning(
                facts.storageDriver, from: source)
        ]
    }
}

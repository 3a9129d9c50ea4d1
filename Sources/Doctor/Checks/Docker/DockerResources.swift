extension Check {
    static let dockerResources = Check(
        "docker-resources", "The engine's machine is large enough",
        why: "Docker Desktop and its like give their virtual machine little by default.",
        explanation:
            "`NCPU` and `MemTotal` of `GET /info`: for a cluster 1 processor and 1700 MiB, for an engine 256 MiB.",
        cure: "give Docker's virtual machine more memory (Docker Desktop: Settings, Resources)"
    ) { (facts: DockerFacts) in
        let source = "NCPU and MemTotal of GET /info"
        let wanted: UInt64 = facts.purpose.hasKubernetes ? 1700 << 20 : 256 << 20
        let found = "\(facts.processors) processors, \(facts.memoryBytes.asBytes)"
        guard facts.memoryBytes < wanted || facts.processors < 1 else { return [.ok(found, from: source)] }
        return [
            .warning(
                "\(found), and \(wanted.asBytes) are needed", from: source)
        ]
    }
}

extension Check {
    static let dockerUserNamespace = Check(
        "docker-userns", "Containers have the machine's user namespace",
        why: "With userns-remap the engine refuses privileged containers.",
        explanation: "`name=userns` of the security options of `GET /info`.",
        cure: "docker run --userns=host --privileged"
    ) { (facts: DockerFacts) in
        let source = "SecurityOptions of GET /info"
        guard facts.has(option: "userns") else { return [.ok("no remapping", from: source)] }
        return [.error("userns-remap is on", from: source)]
    }
}

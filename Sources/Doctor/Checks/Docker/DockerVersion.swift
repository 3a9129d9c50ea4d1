internal import HostFacts

extension Check {
    static let dockerVersion = Check(
        "docker-version", "The engine is new enough",
        why: "Private cgroup namespaces, which nested kubelets need, came with 20.10.",
        explanation: "`ServerVersion` of `GET /info`: 20.10 or newer.",
        cure: "update Docker to 20.10 or newer"
    ) { (facts: DockerFacts) in
        let source = "ServerVersion of GET /info"
        guard let version = facts.version else { return [.info("not told", from: source)] }
        guard version < EngineVersion(major: 20, minor: 10) else { return [.ok("\(version)", from: source)] }
        return [.error("\(version)", from: source)]
    }
}

extension Check {
    static let dockerWarnings = Check(
        "docker-warnings", "The engine has no complaints",
        why: "The engine itself looks at the kernel, and says what it misses.",
        explanation: "`Warnings` of `GET /info`, such as limits that the kernel does not have.",
        cure: "what the warning names: mostly a kernel option, or a setting of the engine's host"
    ) { (facts: DockerFacts) in
        let source = "Warnings of GET /info"
        guard !facts.warnings.isEmpty else { return [.ok("none", from: source)] }
        return [.info(facts.warnings.joined(separator: "; "), from: source)]
    }
}

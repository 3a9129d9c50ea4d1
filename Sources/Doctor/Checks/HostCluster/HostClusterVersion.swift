extension Check {
    static let kubernetesVersion = Check(
        "kube-version", "The host cluster is new enough",
        why: "Older versions lack what the manifests use (startup probes), and nobody has tried them.",
        explanation: "The version of `GET /version`: 1.20 or newer.",
        cure: "use a host cluster of 1.20 or newer"
    ) { (facts: HostClusterFacts) in
        let numbers = facts.version.drop { !$0.isNumber }.split(separator: ".").prefix(2).map { part in
            Int(part.prefix { $0.isNumber }) ?? 0
        }
        guard numbers.count == 2 else { return [.info("not told", from: "GET /version")] }
        guard (numbers[0], numbers[1]) < (1, 20) else { return [.ok(facts.version, from: "GET /version")] }
        return [.warning(facts.version, from: "GET /version")]
    }
}

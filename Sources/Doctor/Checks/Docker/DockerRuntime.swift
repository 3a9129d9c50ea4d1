extension Check {
    static let dockerRuntime = Check(
        "docker-runtime", "Containers get a usual runtime",
        why:
            "Sandboxes (runsc, kata, sysbox) change what privileged means, and crun does not run on hybrid cgroups.",
        explanation: "`DefaultRuntime` of `GET /info`: runc, crun, or Kinkajou's wrapper.",
        cure: "docker run --runtime runc"
    ) { (facts: DockerFacts) in
        let source = "DefaultRuntime of GET /info"
        guard !["runc", "crun", "io.containerd.runc.v2", "kinkajou", "kinkajou-oci"].contains(facts.runtime)
        else {
            return [.ok(facts.runtime, from: source)]
        }
        return [.warning(facts.runtime, from: source)]
    }
}

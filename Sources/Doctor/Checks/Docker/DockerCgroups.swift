extension Check {
    static let dockerCgroups = Check(
        "docker-cgroups", "The engine has cgroups",
        why: "Nested containers need them, and new Kubernetes versions need version 2.",
        explanation:
            "`CgroupVersion` and `CgroupDriver` of `GET /info`, and whether containers get a cgroup namespace by themselves.",
        cure:
            "use an engine that runs as root, or delegate cgroups to it; for node images from 1.35 on,"
            + " boot the host with systemd.unified_cgroup_hierarchy=1"
    ) { (facts: DockerFacts) in
        let source = "CgroupVersion and CgroupDriver of GET /info"
        let found =
            "version \(facts.cgroupVersion), driver \(facts.cgroupDriver)"
            + (facts.has(option: "cgroupns") ? ", private namespaces" : "")
        if facts.cgroupDriver == "none" {
            return [
                .error(
                    found, from: source, cure: "use an engine that runs as root, or delegate cgroups to it")
            ]
        }
        if facts.cgroupVersion == "1", facts.purpose.hasKubernetes {
            return [
                .info(
                    "\(found): node images up to 1.34 with a systemd before 257", from: source,
                    cure: "use such a node image, or boot the host with systemd.unified_cgroup_hierarchy=1")
            ]
        }
        return [.ok(found, from: source)]
    }
}

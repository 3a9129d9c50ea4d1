extension Check {
    static let dockerRootless = Check(
        "docker-rootless", "The engine runs as root",
        why:
            "In a rootless engine containers have a user namespace: limits cannot be raised, and cgroups need delegation.",
        explanation:
            "`name=rootless` of the security options of `GET /info`. It works on cgroup version 2 with delegation.",
        cure:
            "use an engine that runs as root; or cgroup version 2 with Delegate=yes (cpu cpuset io"
            + " memory pids) for user@.service",
        references: ["https://kind.sigs.k8s.io/docs/user/rootless/"]
    ) { (facts: DockerFacts) in
        let source = "SecurityOptions of GET /info"
        guard facts.has(option: "rootless") else { return [.ok("as root", from: source)] }
        if facts.cgroupVersion != "2" || facts.cgroupDriver == "none" {
            return [
                .error(
                    "rootless, without cgroups that it may use", from: source,
                    cure:
                        "use an engine that runs as root, or cgroup version 2 with Delegate=yes for user@.service"
                )
            ]
        }
        return [
            .warning(
                "rootless", from: source,
                cure:
                    "use an engine that runs as root; or Delegate=yes (cpu cpuset io memory pids) for user@.service"
            )
        ]
    }
}

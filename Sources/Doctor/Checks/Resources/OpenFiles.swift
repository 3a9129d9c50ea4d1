internal import HostFacts

extension Check {
    static let openFiles = Check(
        "open-files", "Enough files may be open", area: .resources,
        why: "containerd, kubelet and etcd hold many files open, and nested containers inherit the limit.",
        explanation: "The hard limit of open files in `/proc/self/limits`: 4096 at least.",
        cure:
            "docker run --ulimit nofile=65536:65536; for Pods: LimitNOFILE of the node's containerd service",
        symptoms: ["rlimit_nofile"], references: ["getrlimit(2), RLIMIT_NOFILE"]
    ) { facts in
        let source = "/proc/self/limits"
        let limit = facts.host.process.openFilesLimit
        guard limit < 4096 else { return [.ok(limit == .max ? "no limit" : "\(limit)", from: source)] }
        return [
            .warning(
                "\(limit), and 4096 are needed", from: source
            )
        ]
    }
}

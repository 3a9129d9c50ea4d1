internal import EnginePlan
internal import HostFacts

extension Check {
    static let openFiles = Check(
        "open-files", "Enough files may be open, and not too many", area: .resources,
        why:
            "containerd, kubelet and etcd hold many files open; and programs that close every possible file at their"
            + " start take minutes where the limit is near 2^30.",
        explanation: """
            The hard limit of open files in `/proc/self/limits`: 4096 at least, and 1048576 at most. Where it is higher, \
            `kinkajou dind` gives nested containers 65536, which they may raise to 1048576.
            """,
        cure:
            "docker run --ulimit nofile=65536:65536; for Pods: LimitNOFILE of the node's containerd service",
        references: ["kind#4244", "kube-ovn#6337", "getrlimit(2), RLIMIT_NOFILE"]
    ) { facts in
        let source = "/proc/self/limits"
        let limit = facts.host.process.openFilesLimit
        if limit > OpenFilesLimit.most {
            return [
                .warning(
                    "\(limit == .max ? "no limit" : "\(limit)"): programs that close every possible file take minutes",
                    from: source)
            ]
        }
        guard limit < 4096 else { return [.ok("\(limit)", from: source)] }
        return [
            .warning(
                "\(limit), and 4096 are needed", from: source
            )
        ]
    }
}

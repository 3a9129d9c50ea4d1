internal import HostFacts

extension Check {
    static let procMounts = Check(
        "proc-mounts", "Nothing is mounted over /proc", area: .system,
        why:
            "runc 1.3.3 and newer refuse a /proc with parts covered, and the kernel refuses a new one beside it in user"
            + " namespaces.",
        explanation: """
            Mounts below `/proc` in `/proc/self/mountinfo`, as containers without privileges have them, or LXCFS makes them. \
            Privileged containers have none.
            """,
        cure:
            "docker run --privileged, or --security-opt systempaths=unconfined; in a Pod: procMount:"
            + " Unmasked",
        references: ["runc#4968", "sysbox#973"]
    ) { facts in
        let source = "/proc/self/mountinfo"
        let over = facts.host.mounts.map(\.mountPoint).filter {
            $0.hasPrefix("/proc/") && !$0.hasPrefix("/proc/sys/fs/binfmt_misc")
        }
        guard !over.isEmpty else { return [.ok("nothing", from: source)] }
        let shown =
            over.prefix(4).joined(separator: ", ") + (over.count > 4 ? " and \(over.count - 4) more" : "")
        return [
            .warning(
                shown, from: source
            )
        ]
    }
}

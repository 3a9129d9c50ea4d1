internal import HostFacts

extension Check {
    static let readOnlySys = Check(
        "sys-read-only", "/sys and /proc/sys are writable", area: .system,
        why:
            "dockerd and kube-proxy write kernel settings, and nested runtimes cannot mount a writable /sys below a"
            + " read-only one.",
        explanation:
            "The mounts that hold `/sys` and `/proc/sys`. In containers without privileges they are read-only.",
        cure: "docker run --privileged; in a Pod: securityContext: {privileged: true}"
    ) { facts in
        let source = "/proc/self/mountinfo"
        let readOnly = ["/sys", "/proc/sys"].filter {
            // The mount's own option. The file system is read-only as well in every Pod, because the sandbox's container
            // mounts it so first, and that does no harm.
            facts.host.mounts.holding(path: $0)?.options.contains("ro") == true
        }
        guard !readOnly.isEmpty else { return [.ok("writable", from: source)] }
        return [
            .warning(
                "\(readOnly.joined(separator: " and ")) read-only", from: source)
        ]
    }
}

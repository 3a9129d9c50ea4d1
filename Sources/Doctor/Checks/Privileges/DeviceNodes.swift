internal import HostFacts

extension Check {
    static let deviceNodes = Check(
        "cap-mknod", "Device nodes can be made", area: .privileges,
        why:
            "Nested nodes make device nodes, and image layers can hold some: these cannot be unpacked without CAP_MKNOD.",
        explanation: "CAP_MKNOD in `CapBnd` of `/proc/self/status`. Privileged containers have it.",
        cure: "docker run --privileged; in a Pod: securityContext: {privileged: true}"
    ) { facts in
        let source = "CapBnd of /proc/self/status"
        guard !facts.host.process.bounding.contains(.mknod) else {
            return [.ok("CAP_MKNOD is there", from: source)]
        }
        return [
            .warning(
                "CAP_MKNOD is missing", from: source)
        ]
    }
}

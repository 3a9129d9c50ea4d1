internal import HostFacts

extension Check {
    static let modules = Check(
        "kernel-modules", "Kernel modules can be loaded", area: .system,
        why:
            "A module that nobody loaded before is missing exactly when a nested network or kube-proxy asks for it.",
        explanation: """
            `/lib/modules/RELEASE` in here, where the kernel has modules at all. A kernel with everything built in needs none. \
            What matters is tried in any case: overlay, iptables, br_netfilter have checks of their own.
            """,
        cure:
            "docker run -v /lib/modules:/lib/modules:ro; in a Pod: hostPath: {path: /lib/modules},"
            + " readOnly: true",
        references: ["docker-library/docker#350"]
    ) { facts in
        let kernel = facts.host.kernel
        if kernel.hasModuleDirectory {
            return [.ok("/lib/modules/\(kernel.release) is there", from: "/lib/modules")]
        }
        guard !kernel.modules.isEmpty else {
            return [.ok("the kernel has everything built in", from: "/proc/modules")]
        }
        return [
            .advice(
                "/lib/modules/\(kernel.release) is not there; \(kernel.modules.count) modules are loaded",
                from: "/lib/modules, /proc/modules"
            )
        ]
    }
}

internal import HostFacts

extension Check {
    static let sharedMounts = Check(
        "shared-mounts", "Mounts are passed on", area: .storage,
        why:
            "Volumes with mount propagation need a shared mount tree; kubelets complain about a private one.",
        explanation: "The propagation of `/` in `/proc/self/mountinfo`. `kinkajou dind` makes it shared.",
        cure: "nothing to do under kinkajou dind; else mount --make-rshared /"
    ) { facts in
        let source = "/proc/self/mountinfo"
        guard let root = facts.host.mounts.visible(at: "/"), !root.isShared else {
            return [.ok("/ is shared", from: source)]
        }
        return [.info("/ is private; kinkajou dind makes it shared", from: source)]
    }
}

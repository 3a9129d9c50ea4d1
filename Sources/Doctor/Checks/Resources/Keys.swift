internal import HostFacts

extension Check {
    static let keys = Check(
        "kernel-keys", "There is room for kernel keys", area: .resources,
        why: "runc makes a keyring for every container; over the user's quota no container starts.",
        explanation:
            "This user's line of `/proc/key-users`: 50 keys have to be free for an engine, 100 for a cluster.",
        cure: "on the node: sysctl -w kernel.keys.maxkeys=5000 kernel.keys.maxbytes=1000000",
        references: ["kind#3806", "keyrings(7)"]
    ) { facts in
        let source = "/proc/key-users"
        guard let keys = facts.host.keys else { return [.ok("not told", from: source)] }
        let left = max(0, keys.limit - keys.used)
        let wanted = facts.purpose.hasKubernetes ? 100 : 50
        guard left < wanted else { return [.ok("\(keys.used) of \(keys.limit) used", from: source)] }
        let found = "\(keys.used) of \(keys.limit) used"
        return [
            left < 5 ? .error(found, from: source) : .warning(found, from: source)
        ]
    }
}

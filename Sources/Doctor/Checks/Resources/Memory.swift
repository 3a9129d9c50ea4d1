internal import HostFacts

extension Check {
    static let memory = Check(
        "memory", "There is enough memory", area: .resources,
        why: "Over its limit the whole Pod is killed; a control plane alone takes some 700 MiB.",
        explanation: """
            The cgroup's limit (`memory.max`, `memory.limit_in_bytes`), else the machine's memory. An engine wants 256 MiB, \
            a cluster of one node 1700 MiB, which is what kubeadm asks for; below 512 MiB a control plane does not come up.
            """,
        cure: "docker run --memory 4g; in a Pod: resources: {limits: {memory: 4Gi}}",
        references: ["k8s#117793"]
    ) { facts in
        let resources = facts.host.resources
        let source = resources.memoryLimit == nil ? "MemTotal of /proc/meminfo" : "the cgroup's memory limit"
        let bound = resources.memoryBound
        let (least, wanted): (UInt64, UInt64) =
            facts.purpose.hasKubernetes ? (512 << 20, 1700 << 20) : (64 << 20, 256 << 20)
        guard bound < wanted else { return [.ok(bound.asBytes, from: source)] }
        let found = "\(bound.asBytes), and \(wanted.asBytes) are needed"
        return [
            bound < least
                ? .error(found, from: source) : .warning(found, from: source)
        ]
    }
}

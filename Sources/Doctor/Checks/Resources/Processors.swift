internal import HostFacts

extension Check {
    static let processors = Check(
        "processors", "There are enough processors", area: .resources,
        why:
            "With little CPU containerd misses dockerd's limit of 15 s, kind's of 30 s for a node, and etcd its heartbeats.",
        explanation: """
            The cgroup's quota (`cpu.max`, `cpu.cfs_quota_us`) and the processors that this process may use. An engine wants \
            half of one, a cluster one; kubeadm asks for two, which kind lets pass.
            """,
        cure: "docker run --cpus 2; in a Pod: resources: {limits: {cpu: \"2\"}}, or no CPU limit",
        references: ["docker-library/docker#195", "kind#2972"]
    ) { facts in
        let resources = facts.host.resources
        let source =
            resources.processorQuota == nil
            ? "Cpus_allowed_list of /proc/self/status" : "the cgroup's CPU quota"
        let bound = resources.processorBound
        let wanted = facts.purpose.hasKubernetes ? 1.0 : 0.5
        guard bound < wanted else { return [.ok("\(bound.inTenths) processors", from: source)] }
        return [
            .warning(
                "\(bound.inTenths) processors, and \(wanted.inTenths) are needed", from: source)
        ]
    }
}

internal import EnginePlan
internal import HostFacts

extension Check {
    static let nodePrograms = Check(
        "node-programs", "The image is a node image", area: .programs,
        why: "With `--engine node` the container itself is the node, and runs what its image brings.",
        explanation: """
            `containerd`, `kubelet`, `kubeadm`, `kubectl` and `runc` on PATH, as node images have them. In another image, such as \
            that of the Pod, all else is examined.
            """,
        cure: "run it in a node image, such as kinkajou/node or kindest/node",
        purposes: [.node]
    ) { facts in
        let programs = facts.host.clusterPrograms
        let wanted = NodePlan.programs
        guard programs["kubelet"] != nil || programs["kubeadm"] != nil else {
            return [.info("this is no node image: what it lacks is not examined", from: "PATH")]
        }
        let missing = wanted.filter { programs[$0] == nil }
        guard missing.isEmpty else {
            return [.error("\(missing.joined(separator: ", ")) not found", from: "PATH")]
        }
        return [.ok(wanted.compactMap { programs[$0] }.joined(separator: ", "), from: "PATH")]
    }
}

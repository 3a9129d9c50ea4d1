extension Check {
    static let nodeIdentities = Check(
        "kube-node-identity", "Every node is another machine",
        why:
            "Nodes with one machine-id or firmware UUID were cloned, and network plug-ins and logs mix them up.",
        explanation:
            "`systemUUID` and `machineID` of every node. Nodes of kind share the firmware of their machine unless it is masked.",
        cure: "on the clones: rm /etc/machine-id; systemd-machine-id-setup; then boot",
        references: ["kind#1027", "kind#2318"]
    ) { (facts: HostClusterFacts) in
        let source = "nodeInfo of GET /api/v1/nodes"
        func shared(_ value: (HostClusterFacts.Node) -> String) -> [String] {
            Dictionary(grouping: facts.nodes.filter { !value($0).isEmpty }, by: value).values
                .filter { $0.count > 1 }.map { $0.map(\.name).sorted().joined(separator: ", ") }.sorted()
        }
        let machines = shared(\.machineID)
        let firmware = shared(\.systemUUID)
        guard machines.isEmpty else {
            return [
                .warning(
                    "one machine-id on \(machines.joined(separator: "; "))", from: source)
            ]
        }
        guard firmware.isEmpty else {
            return [.info("one systemUUID on \(firmware.joined(separator: "; "))", from: source)]
        }
        return [.ok("all differ", from: source)]
    }
}

internal import HostFacts

extension Check {
    static let productUUID = Check(
        "product-uuid", "Nodes do not share the machine's UUID", area: .system,
        why: "All nodes of a machine see its firmware's UUID, and network plug-ins take them for one.",
        explanation:
            "`/sys/class/dmi/id/product_uuid`. Where the machine has one kind mounts another over it in each node.",
        cure: "nothing to do in kind's nodes",
        references: ["kind#1027", "kind#2318"], purposes: Purpose.withKubernetes
    ) { facts in
        let source = "/sys/class/dmi/id/product_uuid"
        guard facts.host.identity.hasProductUUID else { return [.ok("the machine tells none", from: source)] }
        return [.info("the machine tells one; kind gives each node its own", from: source)]
    }
}

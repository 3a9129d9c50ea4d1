internal import HostFacts
internal import Values

/// The network of a node's Pods: a veth pair for each, addresses from the node's part of the cluster's network, and
/// masquerading of what leaves the cluster. No Pod has to run for it.
struct PodNetwork: Equatable {
    /// Where containerd finds the configuration.
    static let directory = "/etc/cni/net.d"
    /// The file's name; a network of the user's whose name sorts before it wins.
    static let fileName = "10-kinkajou.conflist"
    /// Holds our rules alone.
    private static let chain = "KINKAJOU-MASQ"

    /// The Pods' network of the cluster.
    var cluster: IPv4Network
    /// The node's part of it.
    var node: IPv4Network
    /// The largest packet, in bytes.
    var mtu: Int

    /// The network of the first node.
    ///
    /// - Parameter subnet: The cluster's Pods' network; nil comes back for one that is not IPv4.
    init?(subnet: String, mtu: Int) {
        guard let cluster = IPv4Network(subnet)?.network else { return nil }
        self.cluster = cluster
        // The size that the controller manager gives each node, too.
        node = IPv4Network(address: cluster.address, prefixLength: max(24, cluster.prefixLength))
        self.mtu = mtu
    }

    /// The CNI configuration (<https://github.com/containernetworking/cni/blob/spec-v0.3.1/SPEC.md>).
    var configuration: String {
        let list: JSONValue = [
            "cniVersion": "0.3.1", "name": "kinkajou",
            "plugins": [
                [
                    "type": "ptp", "ipMasq": false, "mtu": .integer(Int64(mtu)),
                    "ipam": [
                        "type": "host-local", "dataDir": "/run/cni-ipam-state",
                        "ranges": [[["subnet": .string("\(node)")]]], "routes": [["dst": "0.0.0.0/0"]],
                    ],
                ],
                ["type": "portmap", "capabilities": ["portMappings": true]],
            ],
        ]
        return String(decoding: list.encoded(pretty: true), as: UTF8.self) + "\n"
    }

    /// The rules for `iptables-restore --noflush`: what Pods send out of the cluster gets the node's address.
    var masquerading: String {
        """
        *nat
        :\(Self.chain) - [0:0]
        -A \(Self.chain) -d \(cluster) -j RETURN
        -A \(Self.chain) -s \(cluster) -m addrtype ! --dst-type LOCAL -j MASQUERADE
        -A POSTROUTING -m comment --comment "Pods leave the cluster" -j \(Self.chain)
        COMMIT

        """
    }
}

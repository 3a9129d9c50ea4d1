internal import ClusterSpec
internal import Formats
internal import KubernetesAPI
internal import Values

/// The documents that kubeadm is given for a control plane: those of kind, with kind's patches applied as kind applies
/// them. They are written as JSON, which is YAML too.
///
/// Source: `pkg/cluster/internal/kubeadm/config.go` and `pkg/cluster/internal/patch` of sigs.k8s.io/kind.
struct KubeadmDocuments {
    /// The token for joining; kind's own.
    private static let token = "abcdef.0123456789abcdef"

    /// One after the other.
    private(set) var documents: [JSONValue]

    /// What the documents depend on beside the cluster's description.
    struct Place {
        /// The node's name in the cluster.
        var nodeName: String
        /// The node's address, and the port of its API server.
        var address: String
        var port: Int
        /// The kubelet's cgroup root.
        var cgroupRoot: String
        /// The resolver's configuration for Pods that use the node's.
        var resolverFile: String
        /// Whether each node's Pods get their network from us and not from the controller manager.
        var givesPodNetworks: Bool
        /// More arguments for etcd.
        var etcdArguments: [String: JSONValue] = [:]
    }

    /// Makes them of a cluster as it is given to kind.
    ///
    /// - Throws: `ClusterConfigError` where a patch cannot be applied.
    init(_ cluster: Cluster, version: KubernetesVersion, at place: Place) throws {
        let api = KubeadmAPI.written(for: version, by: nil)
        // v1beta4 has lists of names and values, for arguments that are given more than once.
        func arguments(_ values: [String: JSONValue]) -> JSONValue {
            guard api.hasArgumentLists else { return .object(values) }
            return .array(
                values.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "value": $0.value] })
        }
        let name = cluster.name ?? Defaults.name
        let gates = cluster.featureGates.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
        func withGates(_ values: [String: JSONValue]) -> JSONValue {
            arguments(
                gates.isEmpty ? values : values.merging(["feature-gates": .string(gates)]) { own, _ in own })
        }
        var server: [String: JSONValue] = [
            "runtime-config": .string(
                cluster.runtimeConfig.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    .joined(separator: ","))
        ]
        if cluster.runtimeConfig.isEmpty { server = [:] }
        // The node's ports are this container's: a Service at 30001 would take the connections of the API server's clients.
        server["service-node-port-range"] = .string("\(Defaults.statusPort + 1)-32767")
        // There is no other control plane to elect one from, and to wait for a lease is all that an election does here. By
        // their usual limits the many discoveries at a start of the manager wait for each other for some five seconds.
        let alone: [String: JSONValue] = ["leader-elect": "false"]
        var manager: [String: JSONValue] = [
            "enable-hostpath-provisioner": "true", "kube-api-qps": "200", "kube-api-burst": "400",
        ].merging(alone) { $1 }
        if place.givesPodNetworks {
            // The controller of 1.20 that would give them stands still for 10 s first, and the others with it.
            manager["controllers"] = "*,bootstrapsigner,tokencleaner,-nodeipam"
            manager["allocate-node-cidrs"] = "false"
        }
        let clusterConfiguration: JSONValue = [
            "apiVersion": .string(api.apiVersion), "kind": "ClusterConfiguration",
            "kubernetesVersion": .string("\(version)"), "clusterName": .string(name),
            "controlPlaneEndpoint": .string("\(place.address):\(place.port)"),
            "apiServer": [
                "certSANs": ["localhost", .string(place.address)], "extraArgs": withGates(server),
            ],
            "controllerManager": ["extraArgs": withGates(manager)],
            "scheduler": ["extraArgs": withGates(alone)],
            "etcd": ["local": ["dataDir": "/var/lib/etcd", "extraArgs": arguments(place.etcdArguments)]],
            "networking": [
                "podSubnet": .string(cluster.networking.podSubnet ?? ""),
                "serviceSubnet": .string(cluster.networking.serviceSubnet ?? ""),
                "dnsDomain": "cluster.local",
            ],
        ]
        var kubelet: [String: JSONValue] = [
            "node-ip": .string(place.address),
            "provider-id": .string("kind://kinkajou/\(name)/\(place.nodeName)"),
        ]
        let labels = cluster.nodes.first?.labels ?? [:]
        if !labels.isEmpty {
            kubelet["node-labels"] = .string(
                labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
        }
        let initConfiguration: JSONValue = [
            "apiVersion": .string(api.apiVersion), "kind": "InitConfiguration",
            "bootstrapTokens": [["token": .string(Self.token)]],
            "localAPIEndpoint": [
                "advertiseAddress": .string(place.address), "bindPort": .integer(Int64(place.port)),
            ],
            "nodeRegistration": [
                "name": .string(place.nodeName), "taints": [],
                "criSocket": "unix:///run/containerd/containerd.sock", "kubeletExtraArgs": arguments(kubelet),
            ],
        ]
        let kubeletConfiguration: JSONValue = [
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "cgroupDriver": "cgroupfs", "cgroupRoot": .string(place.cgroupRoot), "failSwapOn": false,
            "resolvConf": .string(place.resolverFile), "imageGCHighThresholdPercent": 100,
            "evictionHard": [
                "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%",
            ],
            // The defaults since Kubernetes 1.27, where before it a Pod's status waited for the turn of others.
            "kubeAPIQPS": 50, "kubeAPIBurst": 100,
            // A node that has become ready says so at once.
            "nodeStatusUpdateFrequency": "2s",
            "featureGates": .object(cluster.featureGates.mapValues { .bool($0) }),
        ]
        let proxyConfiguration: JSONValue = [
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration",
            "mode": .string(cluster.networking.kubeProxyMode.rawValue),
            "iptables": ["minSyncPeriod": "1s"], "conntrack": ["maxPerCore": 0],
            "featureGates": .object(cluster.featureGates.mapValues { .bool($0) }),
        ]
        documents = [clusterConfiguration, initConfiguration, kubeletConfiguration]
        if cluster.networking.kubeProxyMode != .none { documents.append(proxyConfiguration) }
        try patch(
            cluster.kubeadmConfigPatches, cluster.kubeadmConfigPatchesJSON6902, field: "kubeadmConfigPatches")
        if let node = cluster.nodes.first {
            try patch(
                node.kubeadmConfigPatches, node.kubeadmConfigPatchesJSON6902,
                field: "nodes[0].kubeadmConfigPatches")
        }
    }

    /// The text for kubeadm.
    var text: String {
        documents.map { String(decoding: $0.encoded(pretty: true), as: UTF8.self) }.joined(
            separator: "\n---\n") + "\n"
    }

    /// The names that the API server's certificate is to hold, patches included.
    var serverNames: [String] {
        documents.first { $0["kind"] == "ClusterConfiguration" }?["apiServer"]["certSANs"].array
            .compactMap(\.string) ?? []
    }

    /// Each document takes first the merge patches that are for it, then the JSON patches.
    private mutating func patch(
        _ merges: [String], _ operations: [TargetedJSONPatch], field: String
    ) throws {
        func matches(_ document: JSONValue, kind: String?, apiVersion: String?) -> Bool {
            document["kind"].string == kind
                && (apiVersion?.isEmpty ?? true || document["apiVersion"].string == apiVersion)
        }
        for (index, text) in merges.enumerated() {
            for patch in try Self.read(text, "\(field)[\(index)]", JSONValue.documents) {
                for place in documents.indices
                where matches(
                    documents[place], kind: patch["kind"].string, apiVersion: patch["apiVersion"].string)
                {
                    documents[place].merge(patch)
                }
            }
        }
        for (index, patch) in operations.enumerated() {
            let field = "\(field)JSON6902[\(index)]"
            let list = try Self.read(patch.patch, field) { try JSONValue(yaml: $0) }
            for place in documents.indices
            where matches(documents[place], kind: patch.kind, apiVersion: patch.apiVersion) {
                do throws(JSONPatchError) {
                    try documents[place].apply(patch: list)
                } catch {
                    throw Self.problem(field, "\(error)")
                }
            }
        }
    }

    private static func read<Value>(
        _ text: String, _ field: String, _ parse: (String) throws -> Value
    ) throws -> Value {
        do {
            return try parse(text)
        } catch {
            throw problem(field, "\(error)")
        }
    }

    private static func problem(_ field: String, _ summary: String) -> ClusterConfigError {
        ClusterConfigError([
            ConfigProblem(
                file: nil, line: nil, column: nil, field: field, summary: summary,
                cure: "correct the patch; --dry-run shows the documents")
        ])
    }
}

public import ClusterSpec
internal import KubernetesAPI
public import Values

/// The objects that a cluster is made of in its host cluster. All but the Pod (and the Job that counts its time)
/// belong to the Pod, so that deleting it deletes them.
public struct ClusterObjects: Sendable {
    /// Labels and annotations of ours.
    public enum Key {
        /// The label with the cluster's name.
        public static let cluster = "kinkajou.dev/cluster"
        /// The annotation with the number of nodes.
        static let nodes = "kinkajou.dev/nodes"
        /// The annotation with the node image.
        static let nodeImage = "kinkajou.dev/node-image"
        /// The annotation with the way to the API server.
        static let access = "kinkajou.dev/access"
        /// The annotation with the API server's port of the Service.
        static let apiPort = "kinkajou.dev/api-port"
        /// The annotation that tells one creation of a cluster from another.
        static let creation = "kinkajou.dev/creation"
        /// The annotation that says when the cluster ends, as RFC 3339 writes it.
        static let expires = "kinkajou.dev/expires"
        /// The annotation with the seconds to live.
        static let lifetime = "kinkajou.dev/lifetime-seconds"
        /// The annotation by which a kubelet is reminded of a Pod that is being deleted: how often it was.
        static let deletionReminder = "kinkajou.dev/deletion-reminder"
        /// The label that all of our objects have.
        static let managedBy = "app.kubernetes.io/managed-by"
        /// Its value.
        static let manager = "kinkajou"
    }

    let request: ClusterSpec
    let namespace: String
    /// Tells this creation from others of the same name.
    let creation: String

    /// The objects of a cluster.
    public init(_ request: ClusterSpec, namespace: String, creation: String) {
        self.request = request
        self.namespace = namespace
        self.creation = creation
    }

    private var name: String { ClusterName.object(request.name) }

    private func metadata(_ name: String, owner: JSONValue?, annotations: JSONValue = [:]) -> JSONValue {
        var metadata: JSONValue = [
            "name": .string(name), "namespace": .string(namespace),
            "labels": [
                "app.kubernetes.io/name": "kinkajou",
                "app.kubernetes.io/instance": .string(request.name),
                Key.managedBy: .string(Key.manager),
                Key.cluster: .string(request.name),
            ],
        ]
        if let owner { metadata["ownerReferences"] = [owner] }
        var annotations = annotations
        annotations[Key.creation] = .string(creation)
        metadata["annotations"] = annotations
        return metadata
    }

    /// A reference to an object that owns others; the garbage collector deletes them after it.
    static func ownerReference(_ object: JSONValue, apiVersion: String, kind: String) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": object["metadata"]["name"],
            "uid": object["metadata"]["uid"],
        ]
    }

    /// The reference to the Pod that the cluster ends with.
    var ownerPodReference: JSONValue? {
        request.owner.map { owner in
            ["apiVersion": "v1", "kind": "Pod", "name": .string(owner.name), "uid": .string(owner.uid)]
        }
    }

    // MARK: - The time to live

    /// The name of the Job: that of no other creation, so that nobody's Job is ever in the way, and never longer than
    /// the label fits that the Job's controller makes of it (63 characters).
    public var jobName: String { "\(name.prefix(50))-\(creation.prefix(8))" }

    /// A Job that never runs a Pod and is deleted when its time is over; the cluster's Pod belongs to it. So it is
    /// the host cluster's Job, TTL and garbage collection controllers that end the cluster, and no process of ours.
    ///
    /// With parallelism 0 a Job starts nothing, yet `activeDeadlineSeconds` counts from its start; a failed Job is
    /// deleted after `ttlSecondsAfterFinished` (Kubernetes 1.21 and later, before that by a feature gate).
    ///
    /// - Parameter seconds: How long from now.
    public func expiryJob(seconds: Int64) -> JSONValue {
        [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(jobName, owner: ownerPodReference),
            "spec": [
                "parallelism": 0, "backoffLimit": 0, "activeDeadlineSeconds": .integer(seconds),
                "ttlSecondsAfterFinished": 0,
                "template": [
                    "spec": [
                        "restartPolicy": "Never", "automountServiceAccountToken": false,
                        "containers": [
                            [
                                "name": "never-run", "image": .string(request.podImage),
                                "resources": resources,
                            ]
                        ],
                    ]
                ],
            ],
        ]
    }

    /// The seconds that a cluster has from its creation, before it is known when it will be ready.
    public var provisionalLifetime: Int64? {
        request.lifetime.map {
            ($0 + request.startTimeout + request.wait).components.seconds
        }
    }

    // MARK: - The Pod

    /// The Pod.
    ///
    /// - Parameter owner: A reference to the Job of the time to live, or to the Pod that the cluster ends with.
    public func pod(owner: JSONValue?) -> JSONValue {
        var annotations: JSONValue = [
            Key.nodes: .string("\(request.nodeCount)"), Key.access: .string(request.access.rawValue),
            Key.apiPort: .string("\(apiServicePort)"),
        ]
        for (key, value) in template.annotations { annotations[key] = .string(value) }
        if let image = request.nodeImage { annotations[Key.nodeImage] = .string(image) }
        if let time = request.lifetime { annotations[Key.lifetime] = .string("\(time.components.seconds)") }
        var spec = template.spec(volumes: volumes)
        spec["containers"] = [container]
        spec["topologySpreadConstraints"] = [
            [
                "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": ["matchLabels": [Key.managedBy: .string(Key.manager)]],
            ]
        ]
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": metadata(name, owner: owner, annotations: annotations), "spec": spec,
        ]
    }

    /// What the Pod asks for, and may use at most.
    public var resources: JSONValue { template.limits }

    private var template: PodTemplate {
        let kind = request.nodeHostname.map { PodTemplate.Kind.node(image: request.containerImage, name: $0) }
        var template = PodTemplate(kind ?? .cluster, image: request.podImage, resources: request.resources)
        template.placement = request.placement
        template.wait = request.wait
        return template
    }

    private var container: JSONValue {
        let environment = request.environment.sorted { $0.key < $1.key }.map { variable -> JSONValue in
            ["name": .string(variable.key), "value": .string(variable.value)]
        }
        let spec: JSONValue = [
            "name": "spec", "mountPath": .string(Self.directory(of: Defaults.specFile)), "readOnly": true,
        ]
        var container = template.container(
            "cluster", isProbed: true, environment: environment, mounts: [spec] + extraVolumes.map(\.mount))
        // Where the agent leaves its last words; a failure is known by them when nobody has listened.
        container["terminationMessagePath"] = .string(Defaults.outcomeFile)
        container["command"] = ["kinkajou", "cluster", "--spec", .string(Defaults.specFile)]
        return container
    }

    /// The names that clients know the API server by, beside the Pod's address.
    var certificateNames: [String] {
        [
            "127.0.0.1", name, "\(name).\(namespace)", "\(name).\(namespace).svc",
            "\(name).\(namespace).svc.cluster.local",
        ]
    }

    private var volumes: [JSONValue] {
        [
            [
                "name": "spec",
                "secret": ["secretName": .string(Self.specSecret(request.name)), "defaultMode": 0o400],
            ]
        ] + extraVolumes.map(\.volume)
    }

    /// What kind's file mounts into nodes, but for the copies, which are in the spec.
    private var extraVolumes: [(volume: JSONValue, mount: JSONValue)] {
        request.extraMounts.entries.enumerated().compactMap { index, entry in
            let name: JSONValue = .string("extra-\(index)")
            var mount: JSONValue = ["name": name, "mountPath": .string(entry.place)]
            switch entry.source {
            case .configMap(let map, _):
                mount["readOnly"] = true
                return (["name": name, "configMap": ["name": .string(map)]], mount)
            case .secret(let secret, _):
                mount["readOnly"] = true
                return (["name": name, "secret": ["secretName": .string(secret)]], mount)
            case .host(let path):
                mount["readOnly"] = .bool(entry.isReadOnly)
                if let propagation = entry.propagation {
                    mount["mountPropagation"] = .string(propagation.rawValue)
                }
                return (["name": name, "hostPath": ["path": .string(path)]], mount)
            case .copy: return nil
            }
        }
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
    }

    // MARK: - What belongs to the Pod

    /// The name of the Secret with the spec.
    static func specSecret(_ name: String) -> String { ClusterName.object(name) + "-spec" }

    /// The name of the Secret with the kubeconfig.
    public static func kubeconfigSecret(_ name: String) -> String { ClusterName.object(name) + "-kubeconfig" }

    /// The Secret with the spec: patches in it can hold passwords of registries.
    ///
    /// - Throws: What encoding the spec throws.
    public func specification(owner: JSONValue) throws -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": metadata(Self.specSecret(request.name), owner: owner),
            "stringData": ["spec.json": .string(try request.inside(names: certificateNames).text())],
        ]
    }

    /// The Secret with the kubeconfig for use inside the host cluster.
    public func kubeconfig(_ text: String, owner: JSONValue) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": metadata(Self.kubeconfigSecret(request.name), owner: owner),
            "stringData": ["kubeconfig": .string(text)],
        ]
    }

    /// The Service: the API server, and what the configuration publishes.
    public func service(owner: JSONValue) -> JSONValue {
        let type =
            switch request.access {
            case .tunnel, .service: "ClusterIP"
            case .nodePort: "NodePort"
            case .loadBalancer: "LoadBalancer"
            }
        var api: JSONValue = ["name": "api", "port": .integer(Int64(apiServicePort)), "targetPort": "api"]
        if case .nodePort = request.access, let port = request.apiPortOutside {
            api["nodePort"] = .integer(Int64(port))
        }
        let ports = serviced.map { port -> JSONValue in
            [
                "name": .string("\(port.protocol.rawValue.lowercased())-\(port.number)"),
                "port": .integer(Int64(port.number)), "targetPort": .integer(Int64(port.inner)),
                "protocol": .string(port.protocol.rawValue),
            ]
        }
        return [
            "apiVersion": "v1", "kind": "Service", "metadata": metadata(name, owner: owner),
            "spec": [
                "type": .string(type), "selector": [Key.cluster: .string(request.name)],
                "ports": .array([api] + ports),
                // Whoever waits for the cluster asks the API server itself.
                "publishNotReadyAddresses": true,
            ],
        ]
    }

    /// What may be sent to the Pod: requests to the API server, and to what the configuration publishes.
    /// What it sends is not restricted: images are pulled and names are resolved.
    public func networkPolicy(owner: JSONValue) -> JSONValue {
        var ports: [JSONValue] = [["port": .integer(Int64(Defaults.apiServerPort)), "protocol": "TCP"]]
        for port in request.published.ports {
            ports.append([
                "port": .integer(Int64(port.inner)), "protocol": .string(port.protocol.rawValue),
            ])
        }
        return [
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": metadata(name, owner: owner),
            "spec": [
                "podSelector": ["matchLabels": [Key.cluster: .string(request.name)]],
                "policyTypes": ["Ingress"], "ingress": [["ports": .array(ports)]],
            ],
        ]
    }

    /// The ports of the Service beside the API server's. Where kind's file names none, it is the one in the Pod.
    private var serviced: [(number: Int, inner: Int, protocol: PortProtocol)] {
        request.published.ports.map { ($0.outer ?? $0.inner, $0.inner, $0.protocol) }
    }

    /// The API server's port of the Service: what kind's file asks for, where that is reached and not published; else
    /// that of HTTPS, or what is free.
    var apiServicePort: Int {
        let published = Set(serviced.filter { $0.protocol == .tcp }.map(\.number))
        let wished =
            [ClusterSpec.Access.service, .loadBalancer].contains(request.access)
            ? request.apiPortOutside : nil
        let candidates = [wished, 443, 6443, Defaults.apiServerPort].compactMap { $0 }
        return candidates.first { !published.contains($0) }
            ?? (1024...65535).first { !published.contains($0) } ?? 443
    }
}

extension Toleration {
    /// The toleration as the Pod has it.
    var json: JSONValue {
        var json: JSONValue = ["operator": .string(value == nil ? "Exists" : "Equal")]
        if !key.isEmpty { json["key"] = .string(key) }
        if let value { json["value"] = .string(value) }
        if let effect { json["effect"] = .string(effect) }
        return json
    }
}

public import ClusterSpec
public import Values

/// What every Pod with an engine or a cluster in it is like, whether a client makes it or `kinkajou manifest` prints it.
/// Pure.
public struct PodTemplate: Sendable {
    /// What runs in it.
    public enum Kind: Sendable {
        /// A Docker engine.
        case engine
        /// A cluster, made by kind in a Docker engine.
        case cluster
        /// A cluster whose node is the container itself, of this image and with this host name.
        case node(image: String, name: String)
    }

    /// What runs in it.
    public var kind: Kind
    /// The image that the programs are in.
    public var image: String
    /// What it may use.
    public var resources: ClusterSpec.Resources
    /// Where it may run.
    public var placement = ClusterSpec.Placement()
    /// How long the cluster in it may take until it is ready.
    public var wait = Duration.seconds(Defaults.waitSeconds)

    /// A Pod without restrictions.
    public init(_ kind: Kind, image: String, resources: ClusterSpec.Resources) {
        self.kind = kind
        self.image = image
        self.resources = resources
    }

    /// What its metadata say to those who move Pods.
    public var annotations: [String: String] { Defaults.annotations(evictable: placement.evictable) }

    /// Its `spec`, but for the containers.
    ///
    /// - Parameter volumes: Those beside its own.
    public func spec(volumes: [JSONValue] = []) -> JSONValue {
        var spec: JSONValue = [
            // Nothing in it talks to the host cluster.
            "automountServiceAccountToken": false, "enableServiceLinks": false, "restartPolicy": "Never",
            // Longer than the 25 s that what runs in it takes at most.
            "terminationGracePeriodSeconds": 30,
            "nodeSelector": .object(
                Defaults.nodeSelector.merging(placement.nodeSelector) { $1 }.mapValues { .string($0) }),
            "volumes": .array(
                [
                    ["name": .string(store.name), "emptyDir": ["sizeLimit": .string(resources.storage)]],
                    ["name": "modules", "hostPath": ["path": "/lib/modules"]],
                ] + volumes),
        ]
        if case .node(_, let name) = kind {
            spec["hostname"] = .string(name)
            spec["volumes"] = .array(
                spec["volumes"].array + [["name": "programs", "emptyDir": ["sizeLimit": "512Mi"]]])
            spec["initContainers"] = [programs]
        }
        if !placement.tolerations.isEmpty { spec["tolerations"] = .array(placement.tolerations.map(\.json)) }
        if let name = placement.runtimeClass { spec["runtimeClassName"] = .string(name) }
        if let name = placement.serviceAccount { spec["serviceAccountName"] = .string(name) }
        if !placement.imagePullSecrets.isEmpty {
            spec["imagePullSecrets"] = .array(placement.imagePullSecrets.map { ["name": .string($0)] })
        }
        return spec
    }

    /// What is written beside the image: layers and snapshots cannot lie on the container's own overlay file system.
    private var store: (name: String, path: String) {
        switch kind {
        case .engine, .cluster: ("docker", "/var/lib/docker")
        case .node: ("node", "/var/lib/kinkajou")
        }
    }

    /// Brings our programs to a container of another image.
    private var programs: JSONValue {
        [
            "name": "programs", "image": .string(image),
            "imagePullPolicy": .string(Defaults.pullPolicy(of: image)),
            "command": .array(
                (["cp"] + Self.programNames.map { "\(Self.programDirectory)/\($0)" } + ["/programs/"]).map {
                    .string($0)
                }),
            // Before the container's own, whose requests are more than these: they cost nothing.
            "resources": limits,
            "volumeMounts": [["name": "programs", "mountPath": "/programs"]],
        ]
    }

    /// Where our programs are in the image of the Pod, and in that of a node.
    public static let programDirectory = "/usr/local/bin"
    /// The programs that a node needs.
    public static let programNames = ["kinkajou", "kinkajou-init"]

    /// The container that the engine is in.
    ///
    /// - Parameters:
    ///   - isProbed: Whether somebody waits for it: then it has probes.
    ///   - environment: Its variables.
    ///   - mounts: Its volume mounts, beside those of its own volumes.
    public func container(
        _ name: String, isProbed: Bool, environment: [JSONValue] = [], mounts: [JSONValue] = []
    ) -> JSONValue {
        var environment = environment
        var container: JSONValue = [
            "name": .string(name), "image": .string(ownImage),
            "imagePullPolicy": .string(Defaults.pullPolicy(of: ownImage)),
            // Engines and nodes mount file systems, make cgroups and network interfaces.
            "securityContext": ["privileged": true],
            "resources": limits,
            "volumeMounts": .array(
                [
                    ["name": .string(store.name), "mountPath": .string(store.path)],
                    ["name": "modules", "mountPath": "/lib/modules", "readOnly": true],
                ] + programMounts + mounts),
        ]
        var ports: [JSONValue] = []
        if hasCluster {
            // The API server's certificate is for this address.
            environment.insert(
                ["name": "API_SERVER_ADDRESS", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
                at: 0)
            ports.append(["name": "api", "containerPort": .integer(Int64(Defaults.apiServerPort))])
        }
        if isProbed || hasCluster {
            ports.append(["name": "status", "containerPort": .integer(Int64(Defaults.statusPort))])
            container["ports"] = .array(ports)
        }
        if isProbed {
            container["startupProbe"] = startupProbe
            container["readinessProbe"] = readinessProbe
        }
        if !environment.isEmpty { container["env"] = .array(environment) }
        return container
    }

    private var hasCluster: Bool {
        if case .engine = kind { false } else { true }
    }

    /// The image of the container that the engine is in.
    private var ownImage: String {
        if case .node(let node, _) = kind { node } else { image }
    }

    /// The programs, at the places that they have in the image of the Pod.
    private var programMounts: [JSONValue] {
        guard case .node = kind else { return [] }
        return Self.programNames.map { name in
            [
                "name": "programs", "mountPath": .string("\(Self.programDirectory)/\(name)"),
                "subPath": .string(name), "readOnly": true,
            ]
        }
    }

    /// Requests and limits: a request above its limit is refused by the API server.
    public var limits: JSONValue {
        [
            "requests": [
                "cpu": .string(Quantity.request(resources.cpuRequest, within: resources.cpu)),
                "memory": .string(Quantity.request(resources.memoryRequest, within: resources.memory)),
                "ephemeral-storage": .string(
                    Quantity.request(resources.storageRequest, within: resources.storage)),
            ],
            "limits": [
                "cpu": .string(resources.cpu), "memory": .string(resources.memory),
                "ephemeral-storage": .string(resources.storage),
            ],
        ]
    }

    /// Whether it is ready in time is for what runs in it to say, with its reasons; this is for one that hangs.
    private var startupProbe: JSONValue {
        let failures =
            switch kind {
            case .engine: Int64(45)
            case .cluster, .node: max(300, wait.components.seconds / 2 + 150)
            }
        return [
            "httpGet": ["path": "/startupz", "port": "status"], "periodSeconds": 2, "timeoutSeconds": 5,
            "failureThreshold": .integer(failures),
        ]
    }

    private var readinessProbe: JSONValue {
        let get: JSONValue =
            switch kind {
            case .engine: ["path": "/readyz", "port": "status"]
            case .cluster, .node: ["path": "/healthz", "port": "api", "scheme": "HTTPS"]
            }
        return ["httpGet": get, "periodSeconds": 2, "timeoutSeconds": 5]
    }
}

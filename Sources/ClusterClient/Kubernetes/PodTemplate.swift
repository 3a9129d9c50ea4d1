public import ClusterSpec
public import Values

/// What every Pod with an engine or a cluster in it is like, whether a client makes it or `kinkajou manifest` prints it.
/// Pure.
public struct PodTemplate: Sendable {
    /// What runs in it.
    public enum Kind: Sendable {
        /// A Docker engine.
        case engine
        /// A cluster.
        case cluster
    }

    /// What runs in it.
    public var kind: Kind
    /// Its image.
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
                    ["name": "docker", "emptyDir": ["sizeLimit": .string(resources.storage)]],
                    ["name": "modules", "hostPath": ["path": "/lib/modules"]],
                ] + volumes),
        ]
        if !placement.tolerations.isEmpty { spec["tolerations"] = .array(placement.tolerations.map(\.json)) }
        if let name = placement.runtimeClass { spec["runtimeClassName"] = .string(name) }
        if let name = placement.serviceAccount { spec["serviceAccountName"] = .string(name) }
        if !placement.imagePullSecrets.isEmpty {
            spec["imagePullSecrets"] = .array(placement.imagePullSecrets.map { ["name": .string($0)] })
        }
        return spec
    }

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
            "name": .string(name), "image": .string(image),
            "imagePullPolicy": .string(Defaults.pullPolicy(of: image)),
            // A Docker engine mounts file systems, makes cgroups and network interfaces.
            "securityContext": ["privileged": true],
            "resources": limits,
            "volumeMounts": .array(
                [
                    // Layers cannot lie on the container's own overlay file system.
                    ["name": "docker", "mountPath": "/var/lib/docker"],
                    ["name": "modules", "mountPath": "/lib/modules", "readOnly": true],
                ] + mounts),
        ]
        var ports: [JSONValue] = []
        if kind == .cluster {
            // The API server's certificate is for this address.
            environment.insert(
                ["name": "API_SERVER_ADDRESS", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]],
                at: 0)
            ports.append(["name": "api", "containerPort": .integer(Int64(Defaults.apiServerPort))])
        }
        if isProbed || kind == .cluster {
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
            case .cluster: max(300, wait.components.seconds / 2 + 150)
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
            case .cluster: ["path": "/healthz", "port": "api", "scheme": "HTTPS"]
            }
        return ["httpGet": get, "periodSeconds": 2, "timeoutSeconds": 5]
    }
}

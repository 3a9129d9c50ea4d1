internal import ClusterClient
internal import ClusterSpec
internal import Formats
internal import KubernetesAPI
internal import Values

/// The manifest of a Pod, or of a Job, that runs `kinkajou dind` or `kinkajou cluster`: of the same template as the Pods
/// that `kinkajou create cluster` makes.
struct PodManifest {
    var isCluster: Bool
    /// How the cluster is made.
    var engine = ClusterEngine.kind
    var isJob: Bool
    var name: String
    var namespace: String?
    var image: String
    var nodeImage: String?
    var imageDirectory: String?
    var resources: ClusterSpec.Resources
    var command: [String]
    /// The image of the container that uses the engine, which is then a native sidecar of it; nil: there is none.
    var client: String?

    /// The manifest.
    var yaml: String { object.yaml() }

    /// The object.
    var object: JSONValue {
        var metadata: JSONValue = [
            "name": .string(name),
            "labels": ["app.kubernetes.io/name": .string(name), "app.kubernetes.io/managed-by": "kinkajou"],
        ]
        if let namespace { metadata["namespace"] = .string(namespace) }
        let annotations = JSONValue.object(template.annotations.mapValues { .string($0) })
        guard isJob else {
            metadata["annotations"] = annotations
            return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": podSpec]
        }
        return [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata,
            "spec": [
                // A job that hangs ends, and so does everything in it.
                "activeDeadlineSeconds": 3600, "backoffLimit": 0,
                "template": ["metadata": ["annotations": annotations], "spec": podSpec],
            ],
        ]
    }

    private var template: PodTemplate {
        let kind: PodTemplate.Kind =
            switch (isCluster, engine) {
            case (false, _): .engine
            case (true, .kind): .cluster
            case (true, .node):
                .node(
                    image: nodeImage ?? Defaults.nodeImage(beside: image),
                    name: "\(Defaults.name)-\(NodeRole.controlPlane.rawValue)")
            }
        return PodTemplate(kind, image: image, resources: resources)
    }

    private var podSpec: JSONValue {
        var volumes: [JSONValue] = []
        if client != nil { volumes.append(["name": "socket", "emptyDir": [:]]) }
        if let imageDirectory {
            volumes.append(
                ["name": "images", "hostPath": ["path": .string(imageDirectory), "type": "Directory"]])
        }
        var spec = template.spec(volumes: volumes)
        if let client {
            // A native sidecar (Kubernetes 1.29): it starts before the container, and ends after it.
            spec["initContainers"] = [container]
            spec["containers"] = [self.client(image: client)]
        } else {
            spec["containers"] = [container]
        }
        return spec
    }

    /// The container that uses the engine of the sidecar.
    private func client(image: String) -> JSONValue {
        [
            "name": "tests", "image": .string(image), "imagePullPolicy": "IfNotPresent",
            "command": .array(command.map { .string($0) }),
            "env": [["name": "DOCKER_HOST", "value": .string("unix://" + Self.sharedSocket)]],
            "volumeMounts": [Self.socketMount],
        ]
    }

    /// Where sidecar and client meet.
    private static let sharedDirectory = "/run/docker-engine"
    private static let sharedSocket = sharedDirectory + "/docker.sock"
    private static let socketMount: JSONValue = ["name": "socket", "mountPath": .string(sharedDirectory)]

    private var container: JSONValue {
        var environment: [JSONValue] = []
        var mounts: [JSONValue] = []
        if let nodeImage { environment.append(["name": "KIND_NODE_IMAGE", "value": .string(nodeImage)]) }
        if client != nil {
            environment.append(
                ["name": "DOCKER_ARGS", "value": .string("--host=unix://" + Self.sharedSocket)])
            mounts.append(Self.socketMount)
        }
        if imageDirectory != nil {
            mounts.append(["name": "images", "mountPath": .string(Defaults.imageArchive), "readOnly": true])
        }
        var container = template.container(
            isCluster ? "kind-cluster" : "dind", isProbed: isProbed, environment: environment,
            mounts: mounts)
        if isCluster { container["command"] = ["kinkajou", "cluster"] }
        if client != nil { container["restartPolicy"] = "Always" }
        if !arguments.isEmpty { container["args"] = .array(arguments.map { .string($0) }) }
        return container
    }

    /// Whether somebody waits for it. A Job's own container runs its command when it is ready.
    private var isProbed: Bool { !isJob || client != nil }

    private var arguments: [String] {
        var words: [String] = []
        if client != nil { words.append("--exit-zero-on-stop") }
        if engine == .node { words += ["--engine", engine.rawValue] }
        if isProbed, !isCluster { words += ["--status-address", ":\(Defaults.statusPort)"] }
        // Progress is all that there is to see of it in the log; who runs a command wants that command's.
        if isCluster, command.isEmpty { words.append("--verbose") }
        if client == nil, !command.isEmpty { words += ["--"] + command }
        return words
    }
}

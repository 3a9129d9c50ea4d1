internal import ClusterSpec
internal import Values

/// The manifest of a Pod, or of a Job, that runs `kinkajou dind` or `kinkajou cluster`.
struct PodManifest {
    var isCluster: Bool
    var isJob: Bool
    var name: String
    var namespace: String?
    var image: String
    var nodeImage: String?
    var imageDirectory: String?
    var cpu: String
    var memory: String
    var storage: String
    var command: [String]
    /// The image of the container that uses the engine, which is then a native sidecar of it; nil: there is none.
    var client: String?

    /// The manifest.
    var yaml: String {
        var lines = isJob ? ["apiVersion: batch/v1", "kind: Job"] : ["apiVersion: v1", "kind: Pod"]
        lines += ["metadata:", "  name: \(Self.scalar(name))"]
        if let namespace { lines.append("  namespace: \(Self.scalar(namespace))") }
        lines += [
            "  labels:", "    app.kubernetes.io/name: \(Self.scalar(name))",
            "    app.kubernetes.io/managed-by: kinkajou",
        ]
        if isJob {
            lines += [
                "spec:", "  backoffLimit: 0", "  # A job that hangs ends, and so does everything in it.",
                "  activeDeadlineSeconds: 3600", "  template:", "    metadata:",
            ]
            lines += Self.annotations.map { "      " + $0 } + ["    spec:"]
        } else {
            lines += Self.annotations.map { "  " + $0 } + ["spec:"]
        }
        let indentation = isJob ? "      " : "  "
        lines += podSpec.map { indentation + $0 }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What keeps autoscalers from ending the Pod to move it: the same as with `kinkajou create cluster`.
    private static var annotations: [String] {
        ["annotations:", "  # Who moves Pods from one node to another would end it."]
            + Defaults.annotations(evictable: false).sorted { $0.key < $1.key }.map {
                "  \(scalar($0.key)): \(scalar($0.value))"
            }
    }

    private var podSpec: [String] {
        let selector = Defaults.nodeSelector.sorted { $0.key > $1.key }.map {
            "\(Self.scalar($0.key)): \(Self.scalar($0.value))"
        }
        var lines = [
            "nodeSelector: {\(selector.joined(separator: ", "))}",
            "# Nothing in here talks to the outer cluster.",
            "automountServiceAccountToken: false", "enableServiceLinks: false", "restartPolicy: Never",
            "# Longer than kinkajou's own --grace of 25 s.", "terminationGracePeriodSeconds: 30",
        ]
        if let client {
            lines += [
                "# A native sidecar (Kubernetes 1.29): it starts before the container, and ends after it.",
                "initContainers:",
            ]
            lines += Self.item(container)
            lines += ["containers:"] + Self.item(self.client(image: client))
        } else {
            lines += ["containers:"] + Self.item(container)
        }
        lines += [
            "volumes:", "  - name: docker", "    emptyDir: {sizeLimit: \(Self.scalar(storage))}",
            "  - name: modules", "    hostPath: {path: /lib/modules}",
        ]
        if client != nil { lines += ["  - name: socket", "    emptyDir: {}"] }
        if let imageDirectory {
            lines += [
                "  - name: images", "    hostPath: {path: \(Self.scalar(imageDirectory)), type: Directory}",
            ]
        }
        return lines
    }

    private static func item(_ lines: [String]) -> [String] {
        lines.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 }
    }

    /// The container that uses the engine of the sidecar.
    private func client(image: String) -> [String] {
        [
            "name: tests", "image: \(Self.scalar(image))", "imagePullPolicy: IfNotPresent",
            "command: \(Self.list(command))", "env:",
            "  - {name: DOCKER_HOST, value: \(Self.scalar("unix://" + Self.sharedSocket))}", "volumeMounts:",
            "  - {name: socket, mountPath: \(Self.sharedDirectory)}",
        ]
    }

    /// Where sidecar and client meet.
    private static let sharedDirectory = "/run/docker-engine"
    private static let sharedSocket = sharedDirectory + "/docker.sock"

    /// A request above its limit is refused.
    private var requests: (cpu: String, memory: String, storage: String) {
        (
            Quantity.request(Defaults.cpuRequest, within: cpu),
            Quantity.request(Defaults.memoryRequest(isCluster: isCluster), within: memory),
            Quantity.request(Defaults.storageRequest, within: storage)
        )
    }

    private var container: [String] {
        var lines = [
            "name: \(isCluster ? "kind-cluster" : "dind")", "image: \(Self.scalar(image))",
            "imagePullPolicy: IfNotPresent",
        ]
        if isCluster { lines.append("command: [kinkajou, cluster]") }
        if client != nil { lines.append("restartPolicy: Always") }
        if !arguments.isEmpty { lines.append("args: \(Self.list(arguments))") }
        if isCluster { lines += environment }
        if client != nil {
            lines += [
                "env:",
                "  - {name: DOCKER_ARGS, value: \(Self.scalar("--host=unix://" + Self.sharedSocket))}",
            ]
        }
        lines += [
            "securityContext:",
            "  # A Docker engine mounts file systems, makes cgroups and network interfaces.",
            "  privileged: true", "resources:",
            "  requests: {cpu: \(Self.scalar(requests.cpu)), memory: \(Self.scalar(requests.memory)), ephemeral-storage: \(Self.scalar(requests.storage))}",
            "  limits: {cpu: \(Self.scalar(cpu)), memory: \(Self.scalar(memory)), ephemeral-storage: \(Self.scalar(storage))}",
        ]
        if isProbed || isCluster { lines += ports }
        if isProbed { lines += probes }
        lines += [
            "volumeMounts:", "  # Layers cannot lie on the container's own overlay file system.",
            "  - {name: docker, mountPath: /var/lib/docker}",
            "  - {name: modules, mountPath: /lib/modules, readOnly: true}",
        ]
        if client != nil { lines.append("  - {name: socket, mountPath: \(Self.sharedDirectory)}") }
        if imageDirectory != nil { lines.append("  - {name: images, mountPath: /images, readOnly: true}") }
        return lines
    }

    /// Whether somebody waits for it. A Job's own container runs its command when it is ready.
    private var isProbed: Bool { !isJob || client != nil }

    private var arguments: [String] {
        var words: [String] = []
        if client != nil { words.append("--exit-zero-on-stop") }
        if isProbed, !isCluster { words += ["--status-address", ":\(Defaults.statusPort)"] }
        // Progress is all that there is to see of it in the log; who runs a command wants that command's.
        if isCluster, command.isEmpty { words.append("--verbose") }
        if client == nil, !command.isEmpty { words += ["--"] + command }
        return words
    }

    private var environment: [String] {
        var lines = [
            "env:", "  # The API server's certificate is for this address.", "  - name: API_SERVER_ADDRESS",
            "    valueFrom: {fieldRef: {fieldPath: status.podIP}}",
        ]
        if let nodeImage { lines.append("  - {name: KIND_NODE_IMAGE, value: \(Self.scalar(nodeImage))}") }
        return lines
    }

    /// A number has to be quoted: a quantity is a string.
    private var ports: [String] {
        ["ports:"] + (isCluster ? ["  - {name: api, containerPort: \(Defaults.apiServerPort)}"] : [])
            + ["  - {name: status, containerPort: \(Defaults.statusPort)}"]
    }

    private var probes: [String] {
        guard isCluster else {
            return [
                "startupProbe:", "  httpGet: {path: /startupz, port: status}", "  periodSeconds: 2",
                "  timeoutSeconds: 5", "  failureThreshold: 45", "readinessProbe:",
                "  httpGet: {path: /readyz, port: status}", "  periodSeconds: 5", "  timeoutSeconds: 5",
            ]
        }
        return [
            "# It is up when a first Pod has run in it; ten minutes are for slow machines.", "startupProbe:",
            "  httpGet: {path: /startupz, port: status}", "  periodSeconds: 2", "  timeoutSeconds: 5",
            "  failureThreshold: 300", "readinessProbe:",
            "  httpGet: {path: /healthz, port: api, scheme: HTTPS}", "  periodSeconds: 5",
            "  timeoutSeconds: 5",
        ]
    }

    private static func list(_ words: [String]) -> String {
        "[\(words.map(scalar).joined(separator: ", "))]"
    }

    /// A text as YAML: as it is where that is plain, else in the form of JSON, which is YAML too.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { (97...122).contains($0) || (65...90).contains($0) || $0 == 47 } ?? false
        let allowed = text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                || [45, 46, 47, 58, 95].contains(byte)
        }
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        if isPlain, allowed, text.utf8.last != 58, !words.contains(text.lowercased()) { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case let scalar where scalar.value < 32 || scalar.value == 127:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

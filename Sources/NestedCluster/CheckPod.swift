internal import Values

/// A Pod of ours in the cluster, by which it is seen what works there. Its image is `pause`, which every node has:
/// without arguments it waits, with `-v` it says its version and ends (since 3.1).
enum CheckPod: CaseIterable {
    /// DNS is asked from its network.
    case listener
    /// It runs to its end.
    case runner

    var name: String {
        switch self {
        case .listener: "kinkajou-dns-check"
        case .runner: "kinkajou-first-pod"
        }
    }

    var namespace: String {
        switch self {
        case .listener: "kube-system"
        case .runner: "default"
        }
    }

    /// The Pod, with the image of `pause`.
    ///
    /// - Parameter isRestricted: It keeps to the Pod Security Standard "restricted", which a cluster can demand of every
    ///   namespace; where it does not, the Pod is to be as any Pod of a user's.
    func manifest(image: String, isRestricted: Bool = false) -> JSONValue {
        var container: JSONValue = [
            "name": "pause", "image": .string(image), "imagePullPolicy": "IfNotPresent",
            "command": ["/pause"], "args": self == .runner ? ["-v"] : [],
        ]
        if isRestricted {
            container["securityContext"] = [
                "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
                // The image's own.
                "runAsUser": 65535, "seccompProfile": ["type": "RuntimeDefault"],
            ]
        }
        var spec: JSONValue = [
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
            "tolerations": [["operator": "Exists"]], "containers": [container],
        ]
        // The runner is to be as any Pod of a user's.
        if self == .listener { spec["automountServiceAccountToken"] = false }
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": ["app.kubernetes.io/managed-by": "kinkajou"],
            ], "spec": spec,
        ]
    }
}

public import Doctor
internal import EnginePlan
internal import Values

/// The Pod that examines a node: privileged and limited as the Pod of a cluster is.
public struct ExaminingPod: Sendable {
    /// Its image, which has kinkajou on PATH.
    public var image: String
    /// When its image is pulled, as Kubernetes names it.
    public var pullPolicy: String
    /// What is to be run.
    public var purpose: Purpose
    /// What the cluster's Pod asks for.
    public var needs: HostClusterFacts.Needs

    /// A Pod from its parts.
    public init(image: String, pullPolicy: String, purpose: Purpose, needs: HostClusterFacts.Needs) {
        self.image = image
        self.pullPolicy = pullPolicy
        self.purpose = purpose
        self.needs = needs
    }

    /// The label by which its like are found.
    static let label = "app.kubernetes.io/name=kinkajou-doctor"

    /// The object.
    ///
    /// - Parameters:
    ///   - name: The Pod's name.
    ///   - node: The node that it examines; nil: as the cluster's Pod, with its requests.
    func object(name: String, node: String?) -> JSONValue {
        // On a node that is full it still has to run: it is short, and asks for little.
        let little = ["cpu": "10m", "memory": "32Mi", "ephemeral-storage": "1Mi"]
        let requests = node == nil ? needs.requests : little
        var spec: JSONValue = [
            "restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 2, "activeDeadlineSeconds": 120,
            "containers": [
                [
                    "name": "doctor", "image": .string(image), "imagePullPolicy": .string(pullPolicy),
                    "command": [
                        "kinkajou", "doctor", "--output", "json", "--for", .string(purpose.rawValue),
                    ],
                    "securityContext": ["privileged": true],
                    "resources": ["requests": .strings(requests), "limits": .strings(needs.limits)],
                    "volumeMounts": [
                        [
                            "name": "store",
                            "mountPath": .string(purpose == .node ? NodePlan.volume : "/var/lib/docker"),
                        ],
                        ["name": "modules", "mountPath": "/lib/modules", "readOnly": true],
                    ],
                ]
            ],
            "volumes": [
                ["name": "store", "emptyDir": [:]],
                ["name": "modules", "hostPath": ["path": "/lib/modules"]],
            ],
        ]
        if let node {
            // Past the scheduler, and past taints: what is asked is what the node is like.
            spec["nodeName"] = .string(node)
            spec["tolerations"] = [["operator": "Exists"]]
        }
        return [
            "metadata": [
                "name": .string(name),
                "labels": [
                    "app.kubernetes.io/name": "kinkajou-doctor", "app.kubernetes.io/managed-by": "kinkajou",
                ],
            ],
            "spec": spec,
        ]
    }
}

extension JSONValue {
    fileprivate static func strings(_ members: [String: String]) -> JSONValue {
        .object(members.mapValues { .string($0) })
    }
}

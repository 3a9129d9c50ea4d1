/// A kind of object that the API server keeps, and how it is addressed.
public struct APIResource: Sendable, Hashable {
    /// The API group, such as `apps`; empty for the core group.
    public let group: String
    /// The version within the group, such as `v1`.
    public let version: String
    /// The name in paths, such as `pods`.
    public let plural: String
    /// The name in objects, such as `Pod`.
    public let kind: String
    /// Whether its objects are in namespaces.
    public let isNamespaced: Bool

    /// Describes a kind of object.
    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// As objects have it: `v1`, `apps/v1`.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    private static func core(_ plural: String, _ kind: String, namespaced: Bool = true) -> APIResource {
        APIResource(group: "", version: "v1", plural: plural, kind: kind, isNamespaced: namespaced)
    }

    private static func v1(
        _ group: String, _ plural: String, _ kind: String, namespaced: Bool = true
    ) -> APIResource {
        APIResource(group: group, version: "v1", plural: plural, kind: kind, isNamespaced: namespaced)
    }

    /// `v1 Pod`
    public static let pods = core("pods", "Pod")
    /// `v1 Service`
    public static let services = core("services", "Service")
    /// `v1 Endpoints`
    public static let endpoints = core("endpoints", "Endpoints")
    /// `v1 Secret`
    public static let secrets = core("secrets", "Secret")
    /// `v1 ConfigMap`
    public static let configMaps = core("configmaps", "ConfigMap")
    /// `v1 Namespace`
    public static let namespaces = core("namespaces", "Namespace", namespaced: false)
    /// `v1 Node`
    public static let nodes = core("nodes", "Node", namespaced: false)
    /// `v1 Event`
    public static let events = core("events", "Event")
    /// `v1 PersistentVolumeClaim`
    public static let persistentVolumeClaims = core("persistentvolumeclaims", "PersistentVolumeClaim")
    /// `v1 PersistentVolume`
    public static let persistentVolumes = core("persistentvolumes", "PersistentVolume", namespaced: false)
    /// `v1 ResourceQuota`
    public static let resourceQuotas = core("resourcequotas", "ResourceQuota")
    /// `v1 LimitRange`
    public static let limitRanges = core("limitranges", "LimitRange")
    /// `v1 ServiceAccount`
    public static let serviceAccounts = core("serviceaccounts", "ServiceAccount")
    /// `apps/v1 Deployment`
    public static let deployments = v1("apps", "deployments", "Deployment")
    /// `apps/v1 StatefulSet`
    public static let statefulSets = v1("apps", "statefulsets", "StatefulSet")
    /// `apps/v1 DaemonSet`
    public static let daemonSets = v1("apps", "daemonsets", "DaemonSet")
    /// `apps/v1 ReplicaSet`
    public static let replicaSets = v1("apps", "replicasets", "ReplicaSet")
    /// `batch/v1 Job`
    public static let jobs = v1("batch", "jobs", "Job")
    /// `networking.k8s.io/v1 NetworkPolicy`
    public static let networkPolicies = v1("networking.k8s.io", "networkpolicies", "NetworkPolicy")
    /// `networking.k8s.io/v1 Ingress`
    public static let ingresses = v1("networking.k8s.io", "ingresses", "Ingress")
    /// `rbac.authorization.k8s.io/v1 Role`
    public static let roles = v1("rbac.authorization.k8s.io", "roles", "Role")
    /// `rbac.authorization.k8s.io/v1 RoleBinding`
    public static let roleBindings = v1("rbac.authorization.k8s.io", "rolebindings", "RoleBinding")
    /// `rbac.authorization.k8s.io/v1 ClusterRole`
    public static let clusterRoles = v1(
        "rbac.authorization.k8s.io", "clusterroles", "ClusterRole", namespaced: false)
    /// `rbac.authorization.k8s.io/v1 ClusterRoleBinding`
    public static let clusterRoleBindings = v1(
        "rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", namespaced: false)
    /// `storage.k8s.io/v1 StorageClass`
    public static let storageClasses = v1(
        "storage.k8s.io", "storageclasses", "StorageClass", namespaced: false)
    /// `scheduling.k8s.io/v1 PriorityClass`
    public static let priorityClasses = v1(
        "scheduling.k8s.io", "priorityclasses", "PriorityClass", namespaced: false)
    /// `node.k8s.io/v1 RuntimeClass`
    public static let runtimeClasses = v1(
        "node.k8s.io", "runtimeclasses", "RuntimeClass", namespaced: false)
    /// `coordination.k8s.io/v1 Lease`
    public static let leases = v1("coordination.k8s.io", "leases", "Lease")
}

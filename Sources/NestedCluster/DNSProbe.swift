internal import KubernetesAPI
internal import Values

/// How often the kubelet looks whether CoreDNS is ready, while that is waited for: every second, and not every ten, as
/// the first look, which comes before the server listens, would cost that long. Afterwards it is as kubeadm left it.
struct DNSProbe {
    let client: KubernetesClient
    private static let name = "coredns"
    private static let namespace = "kube-system"
    private static let labels = "k8s-app=kube-dns"
    /// The label by which Pods of one ReplicaSet are told from those of another.
    private static let hash = "pod-template-hash"
    private static let limit = Duration.seconds(10)

    /// Shortens the interval. This is for the moment before the nodes are Ready: none of its Pods has been started yet.
    ///
    /// - Returns: What it was; nil: a node image may have another DNS server, or CoreDNS has no such probe.
    func shorten() async throws -> Int64? {
        do {
            let deployment = try await client.get(.deployments, Self.name, namespace: Self.namespace)
            let containers = deployment["spec"]["template"]["spec"]["containers"].array
            let probe = containers.first { $0["name"].string == Self.name }?["readinessProbe"] ?? .null
            guard !probe.isNull else { return nil }
            // What is not set is 10 s.
            let period = probe["periodSeconds"].integer ?? 10
            try await set(1)
            return period
        } catch is KubernetesError {
            // Waiting for it as it is is all that can be done then.
            try Task.checkCancellation()
            return nil
        }
    }

    /// Puts the interval back, without replacing the Pods, which are what was waited for: while the Deployment is paused
    /// it replaces none, and afterwards it finds that its ReplicaSet is as it should be.
    func restore(_ period: Int64) async throws {
        let template = Self.template(period)
        let deployment = try await client.patch(
            .deployments, Self.name, namespace: Self.namespace,
            ["spec": ["paused": true, "template": template]], type: .strategic)
        do {
            try await settle(deployment, template)
        } catch {
            // The Pods are replaced then, which is better than a Deployment that stays paused.
            try await resume()
            throw error
        }
        try await resume()
    }

    private func resume() async throws {
        try await client.patch(
            .deployments, Self.name, namespace: Self.namespace, ["spec": ["paused": .null]], type: .strategic)
    }

    /// Gives the template of a Deployment to the ReplicaSet that has its Pods. An older one with that template would be
    /// taken for the Deployment's own: it has none, and goes.
    private func settle(_ deployment: JSONValue, _ template: JSONValue) async throws {
        let owner = deployment["metadata"]["uid"].string
        let sets = try await client.list(.replicaSets, namespace: Self.namespace, labels: Self.labels).items
            .filter { set in set["metadata"]["ownerReferences"].array.contains { $0["uid"].string == owner } }
        let active = sets.filter { $0["spec"]["replicas"].integer != 0 }
        // In the middle of a replacement there is nothing to be kept.
        guard active.count == 1, let name = active[0]["metadata"]["name"].string else { return }
        try await client.patch(
            .replicaSets, name, namespace: Self.namespace, ["spec": ["template": template]], type: .strategic)
        for set in sets where set["spec"]["replicas"].integer == 0 {
            guard let name = set["metadata"]["name"].string, let uid = set["metadata"]["uid"].string else {
                continue
            }
            try await client.delete(.replicaSets, name, namespace: Self.namespace, uid: uid)
            // Where the node was Ready before the interval was shortened, its Pods have begun, and would be seen to end for
            // half a minute.
            guard let hash = set["metadata"]["labels"][Self.hash].string else { continue }
            try await client.deleteCollection(
                .pods, namespace: Self.namespace, labels: "\(Self.labels),\(Self.hash)=\(hash)",
                gracePeriodSeconds: 0)
        }
    }

    private func set(_ period: Int64) async throws {
        try await client.patch(
            .deployments, Self.name, namespace: Self.namespace,
            ["spec": ["template": Self.template(period)]], type: .strategic)
    }

    private static func template(_ period: Int64) -> JSONValue {
        let container: JSONValue = [
            "name": .string(name), "readinessProbe": ["periodSeconds": .integer(period)],
        ]
        return ["spec": ["containers": [container]]]
    }
}

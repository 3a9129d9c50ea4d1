internal import KubernetesAPI
internal import Values

/// How often the kubelet looks whether CoreDNS is ready, while that is waited for: every second, and not every ten, as
/// the first look, which comes before the server listens, would cost that long. Afterwards it is as kubeadm left it.
struct DNSProbe {
    let client: KubernetesClient
    private static let name = "coredns"
    private static let namespace = "kube-system"
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

    /// Puts the interval back.
    func restore(_ period: Int64) async throws {
        try await set(period)
    }

    private func set(_ period: Int64) async throws {
        let container: JSONValue = [
            "name": .string(Self.name), "readinessProbe": ["periodSeconds": .integer(period)],
        ]
        try await client.patch(
            .deployments, Self.name, namespace: Self.namespace,
            ["spec": ["template": ["spec": ["containers": [container]]]]], type: .strategic)
    }
}

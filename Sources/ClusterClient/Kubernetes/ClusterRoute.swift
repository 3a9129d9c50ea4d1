internal import ClusterSpec
internal import KubernetesAPI
internal import Values

/// Finds the way to the API server of a cluster.
struct ClusterRoute {
    let client: KubernetesClient
    let namespace: String
    let host: HostReference
    /// How long a load balancer may take to get its address.
    private static let balancerLimit = 300

    func endpoint(
        of name: String, uid: String, access: ClusterSpec.Access, port: Int, credentials: String,
        localPort: Int? = nil
    ) async throws -> ClusterEndpoint {
        let object = ClusterName.object(name)
        let identity = ClusterIdentity(name: name, uid: uid, location: .host(host))
        let dnsName = "\(object).\(namespace).svc"
        let suffix = port == 443 ? "" : ":\(port)"
        switch access {
        case .service:
            return try ClusterEndpoint(
                kindKubeconfig: credentials, route: .direct("https://\(dnsName)\(suffix)"), serverName: nil,
                identity: identity)
        case .tunnel:
            return try ClusterEndpoint(
                kindKubeconfig: credentials,
                route: .tunnel(
                    port: localPort ?? TunnelPort.choose(for: uid),
                    TunnelTarget(
                        cluster: name, uid: uid, kubeconfig: host.kubeconfig, context: host.context,
                        namespace: namespace)),
                serverName: nil, identity: identity)
        case .nodePort:
            let service = try await client.get(.services, object, namespace: namespace)
            guard let number = service["spec"]["ports"][0]["nodePort"].integer else {
                throw KinkajouError(
                    "the Service \(object) has no node port",
                    cure: "make the cluster again with --access node-port")
            }
            let address = try await nodeAddress(of: object)
            return try ClusterEndpoint(
                kindKubeconfig: credentials, route: .direct("https://\(Self.bracketed(address)):\(number)"),
                serverName: dnsName, identity: identity)
        case .loadBalancer:
            let address = try await balancerAddress(object)
            return try ClusterEndpoint(
                kindKubeconfig: credentials, route: .direct("https://\(Self.bracketed(address))\(suffix)"),
                serverName: dnsName, identity: identity)
        }
    }

    private static func bracketed(_ address: String) -> String {
        address.contains(":") ? "[\(address)]" : address
    }

    /// The address of the node that the Pod runs on: the Pod tells it, so that nodes need not be readable.
    private func nodeAddress(of pod: String) async throws -> String {
        let pod = try await client.get(.pods, pod, namespace: namespace)
        guard let address = pod["status"]["hostIP"].string else {
            throw KinkajouError("the Pod has no node yet", cure: "wait until the cluster is ready")
        }
        return address
    }

    private func balancerAddress(_ service: String) async throws -> String {
        try await withTimeLimit(.seconds(Self.balancerLimit), "a load balancer for the Service \(service)") {
            for try await event in client.watch(
                .services, namespace: namespace, labels: nil, fields: "metadata.name=\(service)")
            {
                guard case .added(let object) = event.orModifiedAsAdded else { continue }
                let ingress = object["status"]["loadBalancer"]["ingress"][0]
                if let address = ingress["ip"].string ?? ingress["hostname"].string { return address }
            }
            throw KinkajouError(
                "the Service \(service) is gone", cure: "make the cluster again")
        }
    }
}

extension WatchEvent {
    /// What was modified as what was added: for readers to whom both are news of the object.
    var orModifiedAsAdded: WatchEvent {
        if case .modified(let object) = self { .added(object) } else { self }
    }
}

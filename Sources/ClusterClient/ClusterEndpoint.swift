internal import KubernetesAPI
internal import Values

/// How the API server of a cluster is reached, with the credentials of its administrator.
public struct ClusterEndpoint: Sendable, Equatable {
    /// The way to the API server.
    public enum Route: Sendable, Equatable {
        /// Directly, at this URL.
        case direct(String)
        /// By a tunnel through the host cluster's API server, which listens at this port of 127.0.0.1.
        case tunnel(port: Int, TunnelTarget)
    }

    /// The way to the API server.
    public var route: Route
    /// The name that its certificate is checked for, where that is not the URL's.
    public var serverName: String?
    /// The certificate authority, in base64.
    public var authority: String
    /// The administrator's certificate, in base64.
    public var certificate: String
    /// Its private key, in base64.
    public var key: String
    /// The host cluster, so that commands find it when this cluster's context is the current one; nil: Docker.
    public var host: HostReference?

    /// An endpoint.
    public init(
        route: Route, serverName: String? = nil, authority: String, certificate: String, key: String,
        host: HostReference?
    ) {
        self.route = route
        self.serverName = serverName
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.host = host
    }
}

/// Where a tunnel leads.
public struct TunnelTarget: Sendable, Equatable {
    /// The cluster's name.
    public var cluster: String
    /// How the host cluster is found.
    public var host: HostReference

    /// A target.
    public init(cluster: String, host: HostReference) {
        self.cluster = cluster
        self.host = host
    }
}

/// How a host cluster is found again.
public struct HostReference: Sendable, Equatable {
    /// The kubeconfig file, absolute; nil: kubectl's rules.
    public var kubeconfig: String?
    /// The context in it; nil: the service account of the Pod.
    public var context: String?
    /// The namespace of the clusters.
    public var namespace: String

    /// A reference.
    public init(kubeconfig: String?, context: String?, namespace: String) {
        self.kubeconfig = kubeconfig
        self.context = context
        self.namespace = namespace
    }
}

extension ClusterEndpoint {
    /// Reads the credentials from the kubeconfig that kind made.
    ///
    /// - Throws: ``KinkajouError`` where it has not what such a file has.
    public init(kindKubeconfig text: String, route: Route, serverName: String?, host: HostReference?) throws {
        let document = try JSONValue(yaml: text)
        let cluster = document["clusters"][0]["cluster"]
        let user = document["users"][0]["user"]
        guard let authority = cluster["certificate-authority-data"].string,
            let certificate = user["client-certificate-data"].string, let key = user["client-key-data"].string
        else {
            throw KinkajouError(
                "the cluster's own kubeconfig has no certificates",
                cure: "delete the cluster and make it again; this should not happen, please report it")
        }
        self.init(
            route: route, serverName: serverName, authority: authority, certificate: certificate, key: key,
            host: host)
    }
}

internal import Formats
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
    /// Which cluster it is, and where, so that commands find its host when its context is the current one.
    public var identity: ClusterIdentity

    /// An endpoint.
    public init(
        route: Route, serverName: String? = nil, authority: String, certificate: String, key: String,
        identity: ClusterIdentity
    ) {
        self.route = route
        self.serverName = serverName
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.identity = identity
    }
}

/// Where a tunnel leads.
public struct TunnelTarget: Sendable, Equatable, Codable {
    /// The cluster's name.
    public var cluster: String
    /// The UID of its Pod, so that a later cluster of that name is not taken for it; nil: any.
    public var uid: String?
    /// The kubeconfig files of the host cluster, as in KUBECONFIG; nil: kubectl's rules.
    public var kubeconfig: String?
    /// The context in them; nil: the service account of the Pod.
    public var context: String?
    /// The namespace of the cluster's Pod.
    public var namespace: String

    /// A target.
    public init(cluster: String, uid: String?, kubeconfig: String?, context: String?, namespace: String) {
        self.cluster = cluster
        self.uid = uid
        self.kubeconfig = kubeconfig
        self.context = context
        self.namespace = namespace
    }

    /// The options that `kinkajou credential` and `kinkajou tunnel` take it by.
    var options: [String] {
        var words = ["--name", cluster, "--namespace", namespace]
        if let uid { words += ["--uid", uid] }
        if let kubeconfig { words += ["--host-kubeconfig", kubeconfig] }
        if let context { words += ["--context", context] }
        return words
    }
}

extension ClusterEndpoint {
    /// Reads the credentials from the kubeconfig that kind made.
    ///
    /// - Throws: ``KinkajouError`` where it has not what such a file has.
    public init(kindKubeconfig text: String, route: Route, serverName: String?, identity: ClusterIdentity)
        throws
    {
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
            identity: identity)
    }
}

public import Values

/// How a client proves who it is.
public struct Credential: Sendable, Equatable {
    /// What goes into the Authorization header, or where to get it.
    public enum Authorization: Sendable, Equatable {
        /// Nothing.
        case none
        /// A bearer token.
        case token(Secret<String>)
        /// A file with a bearer token, which is read anew as it rotates.
        case tokenFile(String)
        /// A name and a password.
        case basic(user: String, password: Secret<String>)
        /// A program that gives a token or a client certificate.
        case plugin(ExecPlugin)
    }

    /// PEM text, or a file of it.
    public enum PEM: Sendable, Equatable {
        /// The text.
        case data(Secret<[UInt8]>)
        /// The file's absolute path.
        case file(String)
    }

    /// A client certificate with its private key.
    public struct ClientCertificate: Sendable, Equatable {
        /// The certificate, with those of intermediate authorities.
        public let chain: PEM
        /// Its private key.
        public let key: PEM

        /// Ties a certificate to its key.
        public init(chain: PEM, key: PEM) {
            self.chain = chain
            self.key = key
        }
    }

    /// What goes into the Authorization header.
    public var authorization: Authorization
    /// The client certificate for TLS.
    public var clientCertificate: ClientCertificate?

    /// Puts the parts together.
    public init(authorization: Authorization = .none, clientCertificate: ClientCertificate? = nil) {
        self.authorization = authorization
        self.clientCertificate = clientCertificate
    }
}

/// Whom a client wants to be taken for.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation>
public struct Impersonation: Sendable, Equatable {
    /// The user's name.
    public var user: String
    /// The user's unique identifier.
    public var uid: String?
    /// The user's groups.
    public var groups: [String]
    /// More about the user.
    public var extra: [String: [String]]

    /// Names a user.
    public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// As request headers.
    var headers: [(name: String, value: String)] {
        var headers = [(name: "Impersonate-User", value: user)]
        if let uid { headers.append((name: "Impersonate-Uid", value: uid)) }
        headers += groups.map { (name: "Impersonate-Group", value: $0) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            let name = "Impersonate-Extra-" + percentEncoded(key.lowercased())
            headers += values.map { (name: name, value: $0) }
        }
        return headers
    }
}

/// A program that gives credentials: `users[].user.exec` of a kubeconfig.
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>
public struct ExecPlugin: Sendable, Equatable {
    /// Whether the program may ask the user.
    public enum Interaction: String, Sendable {
        /// It gets no standard input.
        case never = "Never"
        /// It gets the standard input if that is a terminal.
        case ifAvailable = "IfAvailable"
        /// It needs a terminal.
        case always = "Always"
    }

    /// `client.authentication.k8s.io/v1` or `.../v1beta1`.
    public var apiVersion: String
    /// The program: an absolute path, or a name that is looked for in PATH.
    public var command: String
    /// Its arguments, which may be secret.
    public var arguments: Secret<[String]>
    /// Added to the environment; the values may be secret.
    public var environment: Secret<[String: String]>
    /// What to tell the user when the program is not there.
    public var installHint: String
    /// `spec.cluster` for the program; ``JSONValue/null`` when it is not to have that.
    public var clusterInfo: JSONValue
    /// Whether it may ask the user.
    public var interaction: Interaction
}

internal import Crypto
internal import DockerEngine
internal import FoundationEssentials
internal import Linux

/// The certificates, keys and kubeconfigs of a control plane, with the names and places that kubeadm gives them: its
/// phases find them there and make none of their own. The keys are P-256, which are made in no time.
///
/// Source: <https://kubernetes.io/docs/setup/best-practices/certificates/>.
struct ControlPlaneCertificates {
    /// Where kubeadm looks.
    static let directory = "/etc/kubernetes"
    /// A throw-away cluster does not live that long; kubeadm's own are valid for as long.
    private static let validity: TimeInterval = 365 * 86400

    /// The node's name in the cluster.
    var nodeName: String
    /// The node's address.
    var address: String
    /// Names and addresses of the API server, beside those that every cluster has.
    var serverNames: [String]
    /// The first address of the Services' network, which is the API server's inside the cluster.
    var serviceAddress: String
    /// The domain of Services.
    var domain = "cluster.local"
    /// Where the kubeconfigs of the control plane's parts lead.
    var serverURL: String
    /// The cluster's name in kubeconfigs.
    var clusterName: String

    /// A file to be written.
    struct File {
        var path: String
        var contents: String
        var mode: UInt32
    }

    /// Makes all of them.
    func files(now: Date = Date()) throws -> [File] {
        var files: [File] = []
        func add(_ name: String, _ issued: IssuedCertificate) throws {
            files.append(File(path: "pki/\(name).crt", contents: try issued.certificatePEM, mode: 0o644))
            files.append(File(path: "pki/\(name).key", contents: try issued.keyPEM, mode: 0o600))
        }
        func authority(_ commonName: String) throws -> IssuedCertificate {
            try IssuedCertificate(
                commonName: commonName, purpose: .authority, issuer: nil, now: now,
                validity: 10 * Self.validity)
        }
        func issue(
            _ commonName: String, _ purpose: IssuedCertificate.Purpose, of organization: String? = nil,
            by issuer: IssuedCertificate
        ) throws -> IssuedCertificate {
            try IssuedCertificate(
                commonName: commonName, organization: organization, purpose: purpose, issuer: issuer,
                now: now,
                validity: Self.validity)
        }
        let cluster = try authority("kubernetes")
        let proxy = try authority("front-proxy-ca")
        let store = try authority("etcd-ca")
        try add("ca", cluster)
        try add("front-proxy-ca", proxy)
        try add("etcd/ca", store)
        let own = Self.names(["localhost", "127.0.0.1", "::1", nodeName, address])
        try add(
            "apiserver",
            try issue(
                "kube-apiserver",
                .server(
                    Self.names(
                        [
                            "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                            "kubernetes.default.svc.\(domain)", nodeName, serviceAddress, address,
                        ] + serverNames)), by: cluster))
        try add(
            "apiserver-kubelet-client",
            try issue("kube-apiserver-kubelet-client", .client, of: "system:masters", by: cluster))
        try add("front-proxy-client", try issue("front-proxy-client", .client, by: proxy))
        try add("etcd/server", try issue(nodeName, .peer(own), by: store))
        try add("etcd/peer", try issue(nodeName, .peer(own), by: store))
        try add(
            "etcd/healthcheck-client",
            try issue("kube-etcd-healthcheck-client", .client, of: "system:masters", by: store))
        try add(
            "apiserver-etcd-client",
            try issue("kube-apiserver-etcd-client", .client, of: "system:masters", by: store))
        let accounts = P256.Signing.PrivateKey()
        files.append(File(path: "pki/sa.key", contents: accounts.pemRepresentation + "\n", mode: 0o600))
        files.append(
            File(path: "pki/sa.pub", contents: accounts.publicKey.pemRepresentation + "\n", mode: 0o644))
        for (name, user, organization) in [
            ("admin", "kubernetes-admin", "system:masters"),
            ("controller-manager", "system:kube-controller-manager", nil),
            ("scheduler", "system:kube-scheduler", nil),
            ("kubelet", "system:node:\(nodeName)", "system:nodes"),
        ] as [(String, String, String?)] {
            let client = try issue(user, .client, of: organization, by: cluster)
            files.append(
                File(
                    path: "\(name).conf",
                    contents: try kubeconfig(user: user, client: client, authority: cluster),
                    mode: 0o600))
        }
        return files.map { file in
            File(path: "\(Self.directory)/\(file.path)", contents: file.contents, mode: file.mode)
        }
    }

    /// A name that is neither a host's nor an address has been refused before.
    private static func names(_ texts: [String]) -> [SubjectName] {
        var names: [SubjectName] = []
        for text in texts {
            if let name = SubjectName(ip: text) ?? SubjectName(dns: text), !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    private func kubeconfig(
        user: String, client: IssuedCertificate, authority: IssuedCertificate
    ) throws -> String {
        func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
        return """
            apiVersion: v1
            kind: Config
            clusters:
            - name: \(clusterName)
              cluster:
                certificate-authority-data: \(encoded(try authority.certificatePEM))
                server: \(serverURL)
            users:
            - name: "\(user)"
              user:
                client-certificate-data: \(encoded(try client.certificatePEM))
                client-key-data: \(encoded(try client.keyPEM))
            contexts:
            - name: "\(user)@\(clusterName)"
              context:
                cluster: \(clusterName)
                user: "\(user)"
            current-context: "\(user)@\(clusterName)"

            """
    }
}

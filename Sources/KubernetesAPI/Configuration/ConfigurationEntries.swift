internal import FoundationEssentials
internal import Values

/// A cluster's entry of a kubeconfig, read and checked.
struct ClusterEntry {
    let name: String
    let value: JSONValue

    func text(_ member: String) -> String? {
        value[member].string.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func invalid(_ reason: String, _ cure: String) -> KubeconfigError {
        .invalidEntry(kind: "cluster", name: name, reason: reason, cure: cure)
    }

    func server() throws(KubeconfigError) -> String {
        guard let server = text("server") else {
            throw invalid("it has no server", "Add the API server's URL as server.")
        }
        guard ServerAddress(server) != nil else {
            throw invalid("\(server) is no URL of a server", "Write it as https://HOST:PORT.")
        }
        return server
    }

    func trust() throws(KubeconfigError) -> ClientConfiguration.Trust {
        let isInsecure = value["insecure-skip-tls-verify"].boolean ?? false
        if isInsecure {
            guard text("certificate-authority") == nil, text("certificate-authority-data") == nil else {
                throw invalid(
                    "it has a certificate authority and insecure-skip-tls-verify",
                    "Remove insecure-skip-tls-verify.")
            }
            return .anything
        }
        if let encoded = text("certificate-authority-data") {
            guard let bytes = decodedBase64(encoded) else {
                throw invalid("certificate-authority-data is not base64", "Fetch the kubeconfig file again.")
            }
            return .authorities(bytes)
        }
        guard let file = text("certificate-authority") else { return .system }
        do {
            return .authorities(try readFile(file))
        } catch {
            throw invalid(
                "its certificate-authority \(file) cannot be read: \(error.reason)",
                "Check the path and the mode.")
        }
    }

    func proxyURL(environment: [String: String]) throws(KubeconfigError) -> Secret<String>? {
        let environmental = ServerAddress(text("server") ?? "").flatMap {
            ProxySettings.url(for: $0, environment: environment)
        }
        guard let url = text("proxy-url") ?? environmental else { return nil }
        do {
            _ = try ProxySettings.supported(url: url)
        } catch {
            throw invalid(
                error.reason,
                "Use an http:// or socks5:// proxy: see proxy-url in the kubeconfig file, and HTTPS_PROXY.")
        }
        return Secret(url)
    }
}

/// A user's entry of a kubeconfig, read and checked.
struct UserEntry {
    let name: String
    let value: JSONValue

    private func text(_ member: String) -> String? {
        value[member].string.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func invalid(_ reason: String, _ cure: String) -> KubeconfigError {
        .invalidEntry(kind: "user", name: name, reason: reason, cure: cure)
    }

    func impersonation() throws(KubeconfigError) -> Impersonation? {
        let groups = value["as-groups"].array.compactMap(\.string)
        let extra = value["as-user-extra"].object
        guard let user = text("as") else {
            // Whoever asked to be less than himself must not act as himself.
            guard text("as-uid") == nil, groups.isEmpty, extra.isEmpty else {
                throw invalid(
                    "it has as-uid, as-groups or as-user-extra without as",
                    "Name the user as well, as kubectl wants it.")
            }
            return nil
        }
        return Impersonation(
            user: user, uid: text("as-uid"), groups: groups,
            extra: extra.mapValues { $0.array.compactMap(\.string) })
    }

    func credential(cluster: JSONValue, trust: ClientConfiguration.Trust) throws(KubeconfigError)
        -> Credential
    {
        Credential(
            authorization: try authorization(cluster: cluster, trust: trust),
            clientCertificate: try clientCertificate())
    }

    private func authorization(
        cluster: JSONValue, trust: ClientConfiguration.Trust
    ) throws(KubeconfigError) -> Credential.Authorization {
        if !value["auth-provider"].isNull {
            throw invalid(
                "auth-provider was removed from Kubernetes in version 1.26",
                "Use the provider's credential plugin (exec), or a token.")
        }
        let hasToken = text("token") != nil || text("tokenFile") != nil
        if hasToken, text("username") != nil {
            throw invalid("it has a token and a username", "Keep one of them.")
        }
        // A token file has priority, as with kubectl.
        if let file = text("tokenFile") { return .tokenFile(file) }
        if let token = text("token") { return .token(Secret(token)) }
        if let user = text("username") { return .basic(user: user, password: Secret(text("password") ?? "")) }
        if !value["exec"].isNull { return .plugin(try plugin(value["exec"], cluster: cluster, trust: trust)) }
        return .none
    }

    private func clientCertificate() throws(KubeconfigError) -> Credential.ClientCertificate? {
        let chain = try pem("client-certificate")
        let key = try pem("client-key")
        switch (chain, key) {
        case (nil, nil): return nil
        case (let chain?, let key?): return Credential.ClientCertificate(chain: chain, key: key)
        case (_, nil):
            throw invalid("its client certificate has no key", "Add client-key-data or client-key.")
        case (nil, _):
            throw invalid(
                "its client key has no certificate", "Add client-certificate-data or client-certificate.")
        }
    }

    private func pem(_ member: String) throws(KubeconfigError) -> Credential.PEM? {
        if let encoded = text(member + "-data") {
            guard let bytes = decodedBase64(encoded) else {
                throw invalid("\(member)-data is not base64", "Fetch the kubeconfig file again.")
            }
            return .data(Secret(bytes))
        }
        return text(member).map { .file($0) }
    }

    private func plugin(
        _ exec: JSONValue, cluster: JSONValue, trust: ClientConfiguration.Trust
    ) throws(KubeconfigError) -> ExecPlugin {
        guard let command = exec["command"].string, !command.isEmpty else {
            throw invalid("its exec has no command", "Name the credential plugin's program as command.")
        }
        let version = exec["apiVersion"].string ?? ""
        guard ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"].contains(version)
        else {
            throw invalid(
                version.isEmpty
                    ? "its exec has no apiVersion" : "the apiVersion \(version) of its exec is not supported",
                "Update the credential plugin, and write client.authentication.k8s.io/v1 or v1beta1.")
        }
        let mode = exec["interactiveMode"].string ?? ""
        guard let interaction = mode.isEmpty ? .ifAvailable : ExecPlugin.Interaction(rawValue: mode) else {
            throw invalid("there is no interactiveMode \(mode)", "Write Never, IfAvailable or Always.")
        }
        if mode.isEmpty, version.hasSuffix("/v1") {
            throw invalid(
                "its exec has no interactiveMode, which v1 wants", "Write Never, IfAvailable or Always.")
        }
        var environment: [String: String] = [:]
        for variable in exec["env"].array {
            if let name = variable["name"].string { environment[name] = variable["value"].string ?? "" }
        }
        let wantsCluster = exec["provideClusterInfo"].boolean ?? false
        return ExecPlugin(
            apiVersion: version, command: command,
            arguments: Secret(exec["args"].array.compactMap(\.string)),
            environment: Secret(environment), installHint: exec["installHint"].string ?? "",
            clusterInfo: wantsCluster ? Self.clusterInfo(cluster, trust: trust) : .null,
            interaction: interaction)
    }

    /// `spec.cluster` of an ExecCredential.
    /// <https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster>
    private static func clusterInfo(_ cluster: JSONValue, trust: ClientConfiguration.Trust) -> JSONValue {
        var info: JSONValue = ["server": cluster["server"]]
        for member in ["tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression"]
        where !cluster[member].isNull { info[member] = cluster[member] }
        if case .authorities(let bytes) = trust {
            info["certificate-authority-data"] = .string(Data(bytes).base64EncodedString())
        }
        for item in cluster["extensions"].array
        where item["name"].string == "client.authentication.k8s.io/exec" {
            info["config"] = item["extension"]
        }
        return info
    }
}

/// The bytes that base64 stands for; line breaks in it do not matter.
func decodedBase64(_ text: String) -> [UInt8]? {
    Data(base64Encoded: String(text.filter { !$0.isWhitespace })).map(Array.init)
}

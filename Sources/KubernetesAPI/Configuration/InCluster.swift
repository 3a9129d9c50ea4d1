internal import Glibc
internal import Values

/// What Kubernetes puts into a Pod so that it can talk to the API server.
/// <https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/>
enum InCluster {
    static let defaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    static func isAvailable(environment: [String: String], folder: String = defaultFolder) -> Bool {
        environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false
            && environment["KUBERNETES_SERVICE_PORT"]?.isEmpty == false
            && access(folder + "/token", F_OK) == 0
    }

    /// Why there is no cluster around this process: a clause for messages.
    static func absence(_ environment: [String: String]) -> String {
        environment["KUBERNETES_SERVICE_HOST"]?.isEmpty == false
            ? "this is a Pod without a service account's token (\(defaultFolder)/token)" : "this is no Pod"
    }
}

extension ClientConfiguration {
    /// Whether this runs in a Pod with a service account.
    public static func isInCluster(environment: [String: String]) -> Bool {
        InCluster.isAvailable(environment: environment)
    }

    /// The API server of the cluster that this Pod runs in, as its service account.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - folder: Where the service account's files are.
    /// - Throws: ``KubeconfigError``.
    public static func inCluster(
        environment: [String: String], folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
    ) throws -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty,
            access(folder + "/token", F_OK) == 0
        else { throw KubeconfigError.nothingFound(lookedFor: [InCluster.absence(environment)]) }
        let server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        guard let address = ServerAddress(server) else {
            throw KubeconfigError.nothingFound(
                lookedFor: ["KUBERNETES_SERVICE_HOST and _PORT make no address (\(server))"])
        }
        let authorities: [UInt8]
        do {
            authorities = try readFile(folder + "/ca.crt")
        } catch {
            throw KubeconfigError.inaccessible(
                file: folder + "/ca.crt", action: "read", reason: error.reason)
        }
        let namespace = (try? readFile(folder + "/namespace")).map {
            String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
        return ClientConfiguration(
            server: server, trust: .authorities(authorities),
            credential: Credential(authorization: .tokenFile(folder + "/token")),
            namespace: namespace.flatMap { $0 } ?? "default",
            proxyURL: ProxySettings.url(for: address, environment: environment).map { Secret($0) })
    }
}

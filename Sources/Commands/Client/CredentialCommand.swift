internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Formats
internal import FoundationEssentials
internal import KubernetesAPI
internal import Linux
internal import Values

/// `kinkajou credential`: what kubectl starts for a cluster behind a tunnel (a client-go credential plugin,
/// KEP-541). It sees to it that the tunnel runs and prints the credentials.
struct CredentialCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential",
        abstract: "Open the tunnel to a cluster and print its credentials, for kubectl.",
        usage: "kinkajou credential --name <name> --namespace <name> --port <port> ...",
        discussion: """
            kubectl starts this by itself: it stands in the kubeconfig of a cluster that is reached by a tunnel. \
            The tunnel goes through the API server of the host cluster, and ends when nobody has used it for a while.
            """, shouldDisplay: false)

    @OptionGroup var tunnel: TunnelOptions
    @OptionGroup var logging: LoggingOptions

    /// How long client-go keeps the credentials. After that it asks again, which opens a tunnel that has ended anew: so
    /// a `kubectl proxy` or a controller goes on. Less than the tunnel's own patience.
    private static let lifetime = 30.0

    func execute() async throws -> Int32 {
        let credentials = try await TunnelStart(
            files: tunnel.files, target: tunnel.target, idleLimit: tunnel.idle.duration
        ).credentials()
        let answer: JSONValue = [
            "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
            "status": [
                "expirationTimestamp": .string(
                    Date.ISO8601FormatStyle().format(Date(timeIntervalSinceNow: Self.lifetime))),
                "clientCertificateData": .string(try Self.text(credentials.certificate)),
                "clientKeyData": .string(try Self.text(credentials.key)),
            ],
        ]
        var bytes = answer.encoded()
        // Answered in the version that was asked for.
        if let asked = Environment.value("KUBERNETES_EXEC_INFO"), let info = try? JSONValue(yaml: asked),
            let version = info["apiVersion"].string, version.hasPrefix("client.authentication.k8s.io/")
        {
            var answer = answer
            answer["apiVersion"] = .string(version)
            bytes = answer.encoded()
        }
        StandardOutput.write(bytes: bytes)
        return 0
    }

    private static func text(_ base64: String) throws -> String {
        guard let text = Base64.decoded(base64).map({ String(decoding: $0, as: UTF8.self) }) else {
            throw KinkajouError(
                "the cluster's credentials are not in base64", cure: "delete the cluster and make it again")
        }
        return text
    }
}

/// What a tunnel is named by.
struct TunnelOptions: ParsableArguments, Sendable {
    @Option(help: "The cluster's name.")
    var name: String

    @Option(help: "The namespace of its Pod.")
    var namespace: String

    @Option(help: "The UID of its Pod.")
    var uid: String?

    @Option(help: "The port of 127.0.0.1.")
    var port: Int

    @Option(help: "The kubeconfig files of the host cluster, as in KUBECONFIG.")
    var hostKubeconfig: String?

    @Option(help: "The host cluster's context.")
    var context: String?

    @Option(help: "How long the tunnel stays open when nobody uses it.")
    var idle = DurationArgument(.seconds(300))

    func validate() throws {
        guard idle.duration >= .seconds(60) else {
            throw ValidationError("--idle takes 60s or more: clients keep the credentials for a while.")
        }
        guard (1...65535).contains(port) else {
            throw ValidationError("--port \(port): there is no such port.")
        }
    }

    /// The tunnel's files.
    var files: TunnelFiles { TunnelFiles(port: port, environment: Environment.all()) }

    /// Where it leads.
    var target: TunnelTarget {
        TunnelTarget(
            cluster: name, uid: uid, kubeconfig: hostKubeconfig, context: context, namespace: namespace)
    }
}

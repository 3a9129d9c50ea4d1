internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Glibc
internal import Linux
internal import Values

/// `kinkajou tunnel`: the tunnel itself; `kinkajou credential` starts it.
struct TunnelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "tunnel", abstract: "Serve a cluster's API server at a local port.",
        usage: "kinkajou tunnel --name <name> --namespace <namespace> --port <port> ...", shouldDisplay: false
    )

    @OptionGroup var tunnel: TunnelOptions
    @OptionGroup var logging: LoggingOptions

    func execute() async throws -> Int32 {
        let provider = try KubernetesProvider(
            files: tunnel.hostKubeconfig, context: tunnel.context, namespace: tunnel.namespace,
            environment: Environment.all())
        let server = TunnelServer(
            provider: provider, target: tunnel.target, files: tunnel.files, idleLimit: tunnel.idle.duration)
        do {
            try await server.run {
                StandardOutput.write(ProgressEvent(number: 1, time: 0, .ready).line)
                // Whoever started us waits for the end of this.
                let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
                if null >= 0 {
                    dup2(null, STDOUT_FILENO)
                    close(null)
                }
            }
        } catch {
            await provider.shutdown()
            throw error
        }
        await provider.shutdown()
        return 0
    }
}

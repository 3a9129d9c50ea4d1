internal import ArgumentParser
internal import Console
internal import PodAgent

/// `kinkajou inside kubeconfig`.
struct InsideKubeconfigCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "The administrator's kubeconfig of the cluster.",
        usage: "kinkajou inside kubeconfig [<options>]")

    @OptionGroup var options: InsideOptions

    func runToExitStatus() async throws -> Int32 {
        await Inside.run(options) { nodes in
            StandardOutput.write(try await nodes.kubeconfig())
            return 0
        }
    }
}

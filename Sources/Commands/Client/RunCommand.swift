internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import EnginePlan
internal import Glibc
internal import KubernetesAPI
internal import Linux
internal import Values

/// `kinkajou run`.
struct RunCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Create a cluster, run a command with it, and delete it.",
        discussion: """
            COMMAND runs here with KUBECONFIG set to a file of its own; the user's kubeconfig is not touched. The \
            exit status is the command's. Whatever happens, SIGINT and SIGTERM too, the cluster is deleted.

            EXAMPLES
              kinkajou run -- kubectl get nodes
              kinkajou run --ttl 1h --nodes 3 --artifacts ./logs -- make e2e
              kinkajou run --in-pod -- docker ps

            EXIT STATUS
              COMMAND's; 126 it cannot be executed, 127 it was not found, 1 the cluster could not be made.
            """)

    @Option(help: "The cluster's name (default: run- and some random letters).")
    var name: String?

    @Flag(help: "Run COMMAND beside the cluster, in its Pod.")
    var inPod = false

    @Option(help: "A directory for the logs of every part, written when COMMAND fails.")
    var artifacts: String?

    @OptionGroup(title: "Cluster options") var creation: CreationOptions
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Argument(parsing: .captureForPassthrough, help: "The command, after --.")
    var command: [String]

    func validate() throws {
        try CommandWords.require(command, of: self)
    }

    func execute() async throws -> Int32 {
        let words = CommandWords.afterTerminator(command)
        if !inPod, Programs.find(words[0]) == nil {
            // Before a minute is spent on a cluster for it.
            throw KinkajouError(
                "\(words[0]): not found", cure: "correct the command, or PATH", code: .commandNotFound)
        }
        return try await provider.withProvider { chosen in
            let created = try await ClusterCreator(provider: chosen, options: creation, output: output)
                .create(name: name ?? Self.randomName())
            let result: Result<Int32, any Error>
            do {
                result = .success(
                    inPod
                        ? try await chosen.attach(
                            words, isTerminal: Terminal.isInteractive, hasInput: true, in: created.name)
                        : try await runHere(words, with: created))
            } catch {
                result = .failure(error)
            }
            Terminal.restore()
            // Not cancelled with us: what was made is taken away.
            try await Task.detached {
                await exportLogs(of: created.name, from: chosen, after: result)
                try await ClusterDeleter(provider: chosen, output: output, files: nil).delete(
                    created.name)
            }.value
            return try result.get()
        }
    }

    private static func randomName() -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return "run-" + String((0..<6).map { _ in letters.randomElement() ?? "x" })
    }

    private func runHere(_ words: [String], with created: ClusterCreator.Created) async throws -> Int32 {
        let directory = try LogExport.temporaryDirectory()
        let file = directory + "/kubeconfig"
        defer {
            try? Files.remove(file)
            try? Files.removeDirectory(directory)
            if case .tunnel(let port, _) = created.endpoint.route {
                TunnelFiles(port: port, environment: Environment.all()).remove()
            }
        }
        let entries = KubeconfigEntries(
            context: ClusterName.context(created.name, kindCompatible: creation.kindCompat),
            program: OwnProgram.name)
        try Files.replace(file, with: entries.document(created.endpoint), mode: 0o600)
        var environment = Environment.all()
        environment["KUBECONFIG"] = file
        var request = ChildRequest(
            executable: words[0], arguments: Array(words.dropFirst()), environment: environment)
        request.takesForeground = isatty(STDIN_FILENO) == 1
        let child: ChildProcess
        do {
            child = try ChildProcess.start(request)
        } catch {
            throw KinkajouError(
                "the command cannot be run: \(error)", cure: "check its path and its permissions",
                code: error.errorNumber == ENOENT ? .commandNotFound : .commandNotExecutable)
        }
        let ended = request.takesForeground ? await child.waitInForeground() : await child.wait()
        if let status = ended { return status.shellCode }
        await Task.detached {
            child.signal(SIGTERM, group: true)
            if await child.wait(atMost: .seconds(10)) == nil { child.signal(SIGKILL, group: true) }
            _ = await child.wait()
        }.value
        throw CancellationError()
    }

    private func exportLogs(
        of name: String, from provider: any ClusterProvider, after result: Result<Int32, any Error>
    ) async {
        guard let artifacts else { return }
        if case .success(0) = result { return }
        output.say("Exporting logs for cluster \"\(name)\" to: \(artifacts)")
        do {
            try await LogExport(provider: provider, cluster: name).export(to: artifacts)
        } catch {
            StandardError.write("warning: \(error)\n")
        }
    }
}

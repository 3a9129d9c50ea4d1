internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Values

/// `kinkajou delete clusters`.
struct DeleteClustersCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusters", abstract: "Delete several clusters, or all.",
        discussion: """
            EXAMPLES
              kinkajou delete clusters one two
              kinkajou delete clusters --all
            """)

    @Argument(help: "The names of the clusters.")
    var names: [String] = []

    @Flag(
        name: [.customShort("A"), .customLong("all")], help: "All clusters of the namespace, or of Docker.")
    var all = false

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        if names.isEmpty, !all { throw ValidationError("Name clusters, or give --all.") }
        if !names.isEmpty, all { throw ValidationError("Give names or --all, not both.") }
    }

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let names = all ? try await chosen.clusters().map(\.name) : names
            if names.isEmpty { output.say("No kind clusters found.") }
            let deleter = ClusterDeleter(provider: chosen, output: output, kubeconfig: provider.targetFile)
            // At once, as each takes seconds; and all of them, also when one fails.
            let failures = await withTaskGroup(of: (String, (any Error)?).self) { group in
                for name in Set(names) {
                    group.addTask {
                        do {
                            try await deleter.delete(name)
                            return (name, nil)
                        } catch {
                            return (name, error)
                        }
                    }
                }
                return await group.reduce(into: [(String, any Error)]()) { failures, end in
                    if let error = end.1 { failures.append((end.0, error)) }
                }
            }
            try Task.checkCancellation()
            guard failures.isEmpty else {
                throw KinkajouError(
                    "\(failures.count) of \(names.count) clusters could not be deleted",
                    cure: "try again; `kinkajou get clusters` lists what is left",
                    evidence: failures.map { "\($0.0): \($0.1)" })
            }
            return 0
        }
    }
}

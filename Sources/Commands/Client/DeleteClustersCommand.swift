internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import Values

/// `kinkajou delete clusters`.
struct DeleteClustersCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusters", abstract: "Delete several clusters, or all.",
        usage: "kinkajou delete clusters [<names> ...] [<options>]",
        discussion: """
            EXAMPLES
              kinkajou delete clusters one two
              kinkajou delete clusters --all
              kinkajou delete clusters --ended     # expired or failed; and contexts of clusters that are gone
            """)

    @Argument(help: "The names of the clusters.")
    var names: [String] = []

    @Flag(
        name: [.customShort("A"), .customLong("all")], help: "All clusters of the namespace, or of Docker.")
    var all = false

    @Flag(help: "Those that have expired or failed, and the contexts of clusters that are gone.")
    var ended = false

    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        guard [!names.isEmpty, all, ended].filter({ $0 }).count == 1 else {
            throw ValidationError("Name clusters, or give --all or --ended: one of these.")
        }
    }

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            var names = names
            if names.isEmpty {
                names = try await chosen.clusters().filter { all || $0.hasEnded }.map(\.name)
                if names.isEmpty { output.say("No kind clusters found.") }
            }
            let deleter = ClusterDeleter(provider: chosen, output: output, files: provider.targetFiles)
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
            if all || ended { try await deleter.pruneContexts() }
            return 0
        }
    }
}

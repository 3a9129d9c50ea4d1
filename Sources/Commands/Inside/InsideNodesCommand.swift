internal import ArgumentParser
internal import Console
internal import EnginePlan
internal import PodAgent
internal import Values

/// `kinkajou inside nodes`.
struct InsideNodesCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "The cluster's nodes, as JSON or by name.",
        usage: "kinkajou inside nodes [<options>]")

    @OptionGroup var options: InsideOptions

    @Option(name: .shortAndLong, help: "json or name.")
    var output = Format.json

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, name
    }

    func runToExitStatus() async throws -> Int32 {
        await Inside.run(options) { [output] nodes in
            switch output {
            case .json: try Inside.write(try await nodes.listWithVersions())
            case .name: StandardOutput.write(try await nodes.list().map { $0.name + "\n" }.joined())
            }
            return 0
        }
    }
}

internal import ArgumentParser
internal import EnginePlan
internal import PodAgent
internal import Values

/// `kinkajou inside images`.
struct InsideImagesCommand: AsyncCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "What the nodes' containerd holds already, as JSON.",
        usage: "kinkajou inside images [<options>]")

    @OptionGroup var options: InsideOptions
    @OptionGroup var chosen: InsideNodeOptions

    func runToExitStatus() async throws -> Int32 {
        await Inside.run(options) { [names = chosen.names] nodes in
            try Inside.write(try await nodes.images(on: names))
            return 0
        }
    }
}

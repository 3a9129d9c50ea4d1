internal import ArgumentParser

/// `kinkajou load image-archive`.
struct LoadImageArchiveCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-archive",
        abstract: "Load an archive of images: from docker save, or an OCI layout.",
        usage: "kinkajou load image-archive <archives> ... [<options>]",
        discussion: """
            Layers that every node has already are not sent. The archive may be compressed; an OCI layout may be a \
            directory.

            EXAMPLES
              kinkajou load image-archive app.tar --name demo
              docker save app:1 | kinkajou load image-archive - --name demo
            """)

    @Argument(help: "The archives, or directories with an OCI layout; - is stdin.")
    var archives: [String]

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup var chosen: NodeSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func execute() async throws -> Int32 {
        try await provider.withProvider { provider in
            let loader = ImageLoader(
                provider: provider, cluster: cluster.chosen, nodes: chosen.names, output: output)
            for archive in archives {
                try await loader.load(path: archive == "-" ? "/dev/stdin" : archive, names: nil)
            }
            return 0
        }
    }
}

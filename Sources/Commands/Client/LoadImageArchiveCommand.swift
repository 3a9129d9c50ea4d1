internal import ArgumentParser

/// `kinkajou load image-archive`.
struct LoadImageArchiveCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-archive",
        abstract: "Load an archive of images: from docker save, or an OCI layout.",
        discussion: """
            Layers that every node has already are not sent. The archive may be compressed.

            EXAMPLES
              kinkajou load image-archive app.tar --name demo
              docker save app:1 | kinkajou load image-archive - --name demo
            """)

    @Argument(help: "The archives; - is stdin.")
    var archives: [String]

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func execute() async throws -> Int32 {
        try await provider.withProvider { chosen in
            let loader = ImageLoader(provider: chosen, cluster: cluster.chosen, output: output)
            for archive in archives {
                try await loader.load(path: archive == "-" ? "/dev/stdin" : archive, names: nil)
            }
            return 0
        }
    }
}

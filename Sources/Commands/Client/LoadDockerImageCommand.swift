internal import ArgumentParser
internal import ClusterClient
internal import Console
internal import ImageArchives
internal import KubernetesAPI
internal import Linux

/// `kinkajou load docker-image`.
struct LoadDockerImageCommand: ClientCommand, OutputtingCommand {
    static let configuration = CommandConfiguration(
        commandName: "docker-image", abstract: "Load images of the local Docker.",
        usage: "kinkajou load docker-image <images> ... [<options>]",
        discussion: """
            Images and layers that every node has already are not sent.

            EXAMPLES
              kinkajou load docker-image app:1 --name demo
              kinkajou load docker-image app:1 --name demo --nodes demo-worker,demo-worker2
            """)

    @Argument(help: "The images.")
    var images: [String]

    @OptionGroup var cluster: ClusterSelection
    @OptionGroup var chosen: NodeSelection
    @OptionGroup(title: "Where") var provider: ProviderOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func execute() async throws -> Int32 {
        try await provider.withProvider { provider in
            let local = LocalImages()
            let ids = try await local.identifiers(of: images)
            let present = try await ImageLoad(
                provider: provider, cluster: cluster.chosen, nodes: chosen.names
            ).images()
            var missing: [String] = []
            // What is asked for by its digest has no name in what Docker saves.
            var identifiers: [String: ContentDigest] = [:]
            for (image, id) in zip(images, ids) {
                identifiers[image] = ContentDigest(id)
                if let id = ContentDigest(id), let full = ImageName.normalised(image),
                    present.haveImage(id, named: full)
                {
                    output.say("Image: \"\(image)\" with ID \"\(id)\" is present on all nodes already")
                } else {
                    missing.append(image)
                }
            }
            guard !missing.isEmpty else { return 0 }
            let directory = try LogExport.temporaryDirectory()
            defer {
                try? Files.remove(directory + "/images.tar")
                try? Files.removeDirectory(directory)
            }
            try await local.save(missing, to: directory + "/images.tar")
            try await ImageLoader(
                provider: provider, cluster: cluster.chosen, nodes: chosen.names, output: output
            ).load(
                path: directory + "/images.tar", names: missing, identifiers: identifiers, present: present)
            return 0
        }
    }
}

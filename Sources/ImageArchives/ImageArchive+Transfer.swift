extension ImageArchive {
    /// Prepares images for being sent.
    ///
    /// - Parameters:
    ///   - images: Which, of ``images``; all of them where nil. Their names may have been changed.
    ///   - platform: What the nodes run. nil: each image has one platform only, whatever it is.
    ///   - present: What each of the nodes holds already. A layer is left out where every one of them holds it.
    /// - Throws: ``ImageArchiveError`` where an image is not there for the platform, or a part of it is missing.
    public func transfer(
        images chosen: [ArchivedImage]? = nil, platform: ImagePlatform?,
        without present: [PresentContent] = []
    ) throws(ImageArchiveError) -> ImageTransfer {
        var selected: [(names: [String], variant: ImageVariant, configuration: Blob)] = []
        var layers: [ContentDigest: (layer: ImageLayer, location: Location)] = [:]
        var skipped: [ContentDigest: ImageLayer] = [:]
        for image in chosen ?? images {
            let variant = try variant(of: image, for: platform)
            guard let configuration = variant.configuration else {
                throw incomplete(image, variant, "its manifest or configuration")
            }
            // Without any name containerd would forget the image at once.
            let names =
                image.names.isEmpty
                ? ["docker.io/library/imported@\(variant.manifestDigest)"] : image.names
            selected.append((names, variant, configuration))
            for layer in variant.layers {
                if !present.isEmpty, present.allSatisfy({ $0.holds(layer) }) {
                    skipped[layer.digest] = layer
                } else if let location = layer.location {
                    layers[layer.digest] = (layer, location)
                } else {
                    throw incomplete(image, variant, "the layer \(layer.digest)")
                }
            }
        }
        // A layer that one image needs is sent, also where another does not need it.
        for digest in layers.keys { skipped[digest] = nil }
        return ImageTransfer(
            file: file, images: selected,
            layers: layers.values.map { ($0.layer, $0.location) }, skipped: Array(skipped.values))
    }

    /// Prepares an image for a Docker engine, in the form that `docker save` has always had and every engine reads.
    ///
    /// - Parameter image: One of ``images``. Its names have to have tags; one without names will have none.
    /// - Throws: ``ImageArchiveError`` as ``transfer(images:platform:without:)`` does.
    public func transferToDocker(
        _ image: ArchivedImage, platform: ImagePlatform
    ) throws(ImageArchiveError) -> ImageTransfer {
        let variant = try variant(of: image, for: platform)
        guard let configuration = variant.configuration else {
            throw incomplete(image, variant, "its manifest or configuration")
        }
        var layers: [ContentDigest: (layer: ImageLayer, location: Location)] = [:]
        for layer in variant.layers {
            guard let location = layer.location else {
                throw incomplete(image, variant, "the layer \(layer.digest)")
            }
            layers[layer.digest] = (layer, location)
        }
        return ImageTransfer(
            file: file, images: [(image.names, variant, configuration)],
            layers: layers.values.map { ($0.layer, $0.location) }, skipped: [], form: .docker)
    }

    private func variant(
        of image: ArchivedImage, for platform: ImagePlatform?
    ) throws(ImageArchiveError) -> ImageVariant {
        if let platform {
            if let variant = image.variant(for: platform) { return variant }
        } else {
            let held = image.variants.filter { !$0.isAbsent }
            if held.count == 1 { return held[0] }
        }
        let list = image.variants.map { variant in
            (variant.platform?.description ?? "an unnamed platform")
                + (variant.isAbsent ? " (listed only)" : "")
        }
        throw ImageArchiveError(
            .noSuchPlatform, path: path,
            problem: "\(image.title) is for \(list.joined(separator: ", ")), and "
                + (platform.map { "the nodes are \($0)" } ?? "no platform was chosen"),
            cure: platform.map { "pull or build it for the nodes: `docker pull --platform \($0) IMAGE`" }
                ?? "choose one of these platforms")
    }

    private func incomplete(
        _ image: ArchivedImage, _ variant: ImageVariant, _ what: String
    ) -> ImageArchiveError {
        let platform = variant.platform.map { " for \($0)" } ?? ""
        return ImageArchiveError(
            .missingContent, path: path,
            problem: "\(what) of \(image.title)\(platform) is not in it",
            cure: "pull the image" + (variant.platform.map { " with `--platform \($0)`" } ?? "")
                + ", and save it again with `docker save`")
    }
}

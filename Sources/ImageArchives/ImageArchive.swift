internal import FoundationEssentials

/// An archive of images: what `docker save`, `podman save`, `skopeo`, `buildx`, `ko` and the like make.
///
/// It is indexed when it is opened; contents stay in the file and are read when they are sent. What is read
/// follows <https://github.com/moby/docker-image-spec> (`manifest.json`) and
/// <https://github.com/opencontainers/image-spec/blob/main/image-layout.md> (`index.json`).
public struct ImageArchive: Sendable {
    /// The file's path.
    public let path: String
    /// The images in it, in its order.
    public let images: [ArchivedImage]
    /// Whether every Docker engine reads it as it is. One that has an OCI layout alone is read by those alone that keep
    /// their images in containerd; ``transferToDocker(_:platform:)`` makes of it what the others read.
    public let isDockerArchive: Bool

    /// The largest manifest or configuration that is taken, by who sends and who receives: they are kilobytes.
    static let documentLimit: Int64 = 8 << 20

    let file: ArchiveFile

    init(_ file: ArchiveFile) throws(ImageArchiveError) {
        self.file = file
        path = file.path
        let reader = try ArchiveReader(file)
        images = try reader.images()
        isDockerArchive = try reader.hasDockersList()
    }

    /// The images of these names, in the order of the names. A name is normalised as ``ImageName`` does it, or
    /// is an image's ID (`sha256:…`, or the beginning of the digits). What is found by its digest gets the name that was
    /// asked for, so that it is found by that name where it is sent.
    ///
    /// - Parameter identifiers: For names whose images may be nameless in the archive, as `docker save` makes those that
    ///   it is given by digest: their IDs.
    /// - Throws: ``ImageArchiveError`` of the kind `noSuchImage`.
    public func images(
        named names: [String], identifiers: [String: ContentDigest] = [:]
    ) throws(ImageArchiveError) -> [ArchivedImage] {
        var found: [ArchivedImage] = []
        for name in names {
            let full = ImageName.normalised(name)
            let digits = name.hasPrefix("sha256:") ? name.dropFirst("sha256:".count) : name[...]
            let digests = [full.flatMap { ImageName.digest(of: $0) }, identifiers[name]].compactMap(\.self)
            let image =
                images.first { image in full.map { image.names.contains($0) } ?? false }
                ?? images.first { image in digests.contains { image.isKnown(by: $0) } }
                ?? images.first { image in
                    digits.count >= 12
                        && image.variants.contains { $0.imageID?.hex.hasPrefix(digits) ?? false }
                }
            guard var image else {
                throw ImageArchiveError(
                    .noSuchImage, path: path, problem: "there is no \(name) in it",
                    cure: "it holds \(images.map(\.title).joined(separator: ", "))")
            }
            // Its other names were not asked for, and by a digest it is to be found where it is sent.
            if let full, image.names.contains(full) || ImageName.digest(of: full) != nil {
                image.names = [full]
            }
            found.append(image)
        }
        return found
    }
}

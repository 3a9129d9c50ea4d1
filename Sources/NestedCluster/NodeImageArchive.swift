internal import Console
internal import DockerEngine
internal import Glibc
internal import ImageArchives
internal import Linux
internal import NIOCore
internal import Synchronization
internal import Values

/// Brings an archive of node images into the engine. Most engines read nothing but what `docker save` has always
/// written; whatever else there is (OCI layouts as files or directories, with layers of zstd, with attestations) becomes
/// that on the way.
struct NodeImageArchive {
    let client: DockerEngineClient
    let progress: Progress

    /// What has come.
    struct Loaded {
        /// What the engine calls the images.
        var images: [String] = []
        /// For images that were asked for by a digest: what the engine calls them.
        var names: [String: String] = [:]
    }

    private static let limit = Duration.seconds(900)

    /// Loads an archive.
    ///
    /// - Parameter wanted: What is missing; empty: whatever there is.
    func load(_ path: String, for wanted: [String]) async throws -> Loaded {
        progress.begin("Loading \(path) 📦", as: .imageLoad)
        do {
            let loaded = try await bring(path, for: wanted)
            progress.done()
            return loaded
        } catch {
            if Task.isCancelled { throw CancellationError() }
            progress.fail()
            if let error = error as? ImageArchiveError {
                throw KinkajouError.cluster(error.summary, evidence: [], cure: error.cure)
            }
            throw KinkajouError.cluster(
                "the archive \(path) cannot be loaded: \(error)", evidence: [],
                cure: "make it again with `docker save IMAGE -o FILE`")
        }
    }

    private func bring(_ path: String, for wanted: [String]) async throws -> Loaded {
        // A packed archive is unpacked by the engine itself, if it is one that it reads.
        if ImageArchive.isPacked(path), !wanted.contains(where: { ImageName.digest(of: $0) != nil }),
            let images = try? await loadAsItIs(path)
        {
            return Loaded(images: images)
        }
        try Task.checkCancellation()
        let archive = try await ImageArchive.open(path) { [progress] bytes in
            progress.update("unpacking, \(bytes >> 20) MiB")
        }
        let choices = NodeImageChoice.all(in: archive, for: wanted)
        guard !archive.isDockerArchive || choices.contains(where: { !$0.wanted.isEmpty }) else {
            return Loaded(images: try await loadAsItIs(path))
        }
        let architecture = try await client.engineVersion().architecture
        let platform = ImagePlatform(os: "linux", architecture: architecture)
        var loaded = Loaded()
        for choice in choices {
            let transfer = try archive.transferToDocker(choice.image, platform: platform)
            let size = transfer.size
            let chunks = TransferChunks(transfer) { [progress] done in
                progress.update("\(done * 100 / max(size, 1)) % of \(size >> 20) MiB")
            }
            let images = try await client.loadImages(from: chunks, length: size, timeout: Self.limit)
            loaded.images += images
            for name in choice.wanted { loaded.names[name] = ImageName.tagged(name) }
        }
        return loaded
    }

    private func loadAsItIs(_ path: String) async throws -> [String] {
        guard let status = FileStatus(path) else { throw SystemError("stat", path, errno) }
        let size = Int64(status.size)
        let archive = try FileChunks(path) { [progress] done in
            progress.update("\(done * 100 / max(size, 1)) % of \(size >> 20) MiB")
        }
        return try await client.loadImages(from: archive, length: size, timeout: Self.limit)
    }
}

/// An image of an archive that is to be loaded, and what for.
struct NodeImageChoice: Equatable {
    /// The image, with the names that it will have.
    var image: ArchivedImage
    /// What it was asked for as, by its digest.
    var wanted: [String]

    /// The images to load: those that are asked for by their digest, and, of an archive that the engine does not read,
    /// all that have a name, or the only one there is.
    static func all(in archive: ImageArchive, for wanted: [String]) -> [NodeImageChoice] {
        all(of: archive.images, isRead: archive.isDockerArchive, for: wanted)
    }

    static func all(of images: [ArchivedImage], isRead: Bool, for wanted: [String]) -> [NodeImageChoice] {
        images.compactMap { image in
            var choice = NodeImageChoice(
                image: image,
                wanted: wanted.filter { name in ImageName.digest(of: name).map(image.isKnown) ?? false })
            // The engine takes names with tags alone.
            choice.image.names =
                image.names.filter { !$0.contains("@") }
                + choice.wanted.compactMap { ImageName.normalised(ImageName.tagged($0)) }
            if choice.image.names.isEmpty, images.count == 1, wanted.count == 1,
                ImageName.digest(of: wanted[0]) == nil, let name = ImageName.normalised(wanted[0])
            {
                // Many tools write no name, or the tag alone: it is what was asked for.
                choice.image.names = [name]
            }
            if isRead, choice.wanted.isEmpty { return nil }
            return choice.image.names.isEmpty && images.count > 1 ? nil : choice
        }
    }
}

/// A transfer as pieces for an upload.
private struct TransferChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private let transfer: ImageTransfer
    private let onProgress: @Sendable (Int64) -> Void

    init(_ transfer: ImageTransfer, onProgress: @escaping @Sendable (Int64) -> Void) {
        self.transfer = transfer
        self.onProgress = onProgress
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var transfer: ImageTransfer
        fileprivate var sent: Int64 = 0
        fileprivate let onProgress: @Sendable (Int64) -> Void

        mutating func next() async throws -> ByteBuffer? {
            try Task.checkCancellation()
            guard let chunk = try transfer.next() else { return nil }
            sent += Int64(chunk.count)
            onProgress(sent)
            return ByteBuffer(bytes: chunk)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(transfer: transfer, onProgress: onProgress) }
}

internal import ClusterSpec
internal import Console
internal import DockerEngine
internal import EngineHost
internal import EnginePlan
internal import Glibc
internal import Linux
internal import NIOCore
internal import Values

/// Sees to it that the engine has the node image: from its own store, from an archive, or from a registry.
struct NodeImage {
    let client: DockerEngineClient
    let progress: Progress

    /// Brings the images, and returns the one to use where none was asked for.
    ///
    /// - Parameters:
    ///   - wanted: The images that nodes ask for; empty: whatever an archive brings, or the default.
    ///   - archive: A file or directory of archives; nil: `/images`, where that is.
    ///   - environment: For `docker pull`.
    func ensure(
        _ wanted: [String], archive: String?, environment: [String: String]
    ) async throws -> String {
        var missing: [String] = []
        for image in wanted.isEmpty ? [Defaults.nodeImage] : wanted
        where try await !client.imageExists(image) {
            missing.append(image)
        }
        if let archive, !Files.exists(archive) {
            throw KinkajouError(
                "there is no \(archive)", cure: "correct --image-archive, or mount the archive there",
                code: .usage)
        }
        var brought: [String] = []
        if !missing.isEmpty {
            for file in archives(at: archive ?? Defaults.imageArchive, for: missing) {
                brought += try await load(file)
                var still: [String] = []
                for image in missing where try await !client.imageExists(image) { still.append(image) }
                missing = still
                if missing.isEmpty || (wanted.isEmpty && !brought.isEmpty) { break }
            }
        }
        if wanted.isEmpty, let first = brought.first(where: { $0.contains("node") }) ?? brought.first {
            try await checkArchitecture(first)
            return first
        }
        // Nobody publishes what an archive would have brought.
        let isPublished = wanted.isEmpty && !missing.isEmpty
        for image in isPublished ? [Defaults.publishedNodeImage] : missing {
            try await pull(image, environment: environment, tried: brought)
        }
        let result = wanted.first ?? (isPublished ? Defaults.publishedNodeImage : Defaults.nodeImage)
        try await checkArchitecture(result)
        return result
    }

    /// The archives at a path, those first whose names look like the image's.
    private func archives(at path: String, for images: [String]) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        let names = Files.names(in: path).filter { name in
            name.hasSuffix(".tar")
                || [".tar.gz", ".tgz", ".tar.zst", ".tar.xz"].contains { name.hasSuffix($0) }
        }
        // kindest/node:v1.31.2 is likely to be in something like kindest-node-v1.31.2.tar.
        func likeness(_ name: String) -> Int {
            images.map { image in
                image.split(whereSeparator: { "/:@".contains($0) }).count { name.contains($0) }
            }.max() ?? 0
        }
        return names.sorted { (-likeness($0), $0) < (-likeness($1), $1) }.map { path + "/" + $0 }
    }

    private func load(_ file: String) async throws -> [String] {
        var status = stat()
        guard stat(file, &status) == 0 else { throw SystemError("stat", file, errno) }
        let size = Int64(status.st_size)
        progress.begin("Loading \(file) 📦", as: .imageLoad)
        let archive: FileChunks
        do {
            archive = try FileChunks(file) { [progress] done in
                progress.update(done, of: size)
            }
        } catch {
            throw KinkajouError("\(error)", cure: "make the archive readable", code: .usage)
        }
        do {
            let images = try await client.loadImages(from: archive, length: size, timeout: .seconds(900))
            progress.done()
            return images
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw KinkajouError.cluster(
                "the archive \(file) cannot be loaded: \(error)", evidence: [],
                cure: "make it again with `docker save IMAGE -o FILE`")
        }
    }

    private func pull(_ image: String, environment: [String: String], tried: [String]) async throws {
        progress.begin("Pulling \(image) 🚚", as: .imagePull)
        let result = try await CapturedProgram.run(
            ChildRequest(
                executable: "docker", arguments: ["pull", "--quiet", image], environment: environment),
            timeout: .seconds(900))
        guard !result.isSuccess else {
            progress.done()
            return
        }
        let archives =
            tried.isEmpty
            ? "no archive of it is mounted" : "the archives hold \(tried.joined(separator: ", "))"
        throw KinkajouError(
            "the node image \(image) is not here, \(archives), and it cannot be pulled: \(result.reason)",
            cure: "mount an archive of it (docker save) at /images, or name one with --image-archive",
            code: .clusterFailed)
    }

    /// The version of Kubernetes in a node image: its file `/kind/version`, which kind reads too. The image need
    /// not run for that.
    func version(of image: String, environment: [String: String]) async throws -> KubernetesVersion {
        let made = try await docker(["create", image, "true"], environment: environment)
        let id = made.output.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        guard made.isSuccess, !id.isEmpty else {
            throw KinkajouError.cluster(
                "no container can be made of the node image \(image): \(made.reason)", evidence: [])
        }
        let copied = try await docker(["cp", "\(id):/kind/version", "-"], environment: environment)
        try? await client.removeContainer(id, force: true, volumes: true)
        // An archive of one file: tar(5), with a header of 512 bytes.
        guard copied.isSuccess, copied.output.utf8.count > 512,
            let version = KubernetesVersion(
                String(decoding: copied.output.utf8.dropFirst(512).prefix { $0 != 0 }, as: UTF8.self))
        else {
            throw KinkajouError(
                "\(image) is no node image: it has no /kind/version with a version of Kubernetes",
                cure:
                    "name a node image with --image, such as \(Defaults.publishedNodeImage)",
                code: .clusterFailed)
        }
        return version
    }

    private func docker(
        _ arguments: [String], environment: [String: String]
    ) async throws -> CapturedProgram.Result {
        try await CapturedProgram.run(
            ChildRequest(executable: "docker", arguments: arguments, environment: environment),
            timeout: .seconds(60))
    }

    private func checkArchitecture(_ image: String) async throws {
        let details = try await client.inspectImage(image)
        let version = try await client.engineVersion()
        guard details.architecture != version.architecture, !details.architecture.isEmpty else { return }
        throw KinkajouError(
            "the node image \(image) is for \(details.architecture), and this machine is \(version.architecture)",
            cure: "use a node image for \(version.architecture)", code: .clusterFailed)
    }
}

/// A file as pieces for an upload.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    private let file: OpenFile
    private let onProgress: @Sendable (Int64) -> Void

    private final class OpenFile: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }
    }

    init(_ path: String, onProgress: @escaping @Sendable (Int64) -> Void) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path, errno) }
        file = OpenFile(descriptor)
        self.onProgress = onProgress
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let file: FileChunks
        private var position: Int64 = 0

        fileprivate init(file: FileChunks) { self.file = file }

        mutating func next() async throws -> ByteBuffer? {
            try Task.checkCancellation()
            let size = 1 << 20
            let position = position
            let descriptor = file.file.descriptor
            var buffer = ByteBufferAllocator().buffer(capacity: size)
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
                Swift.max(0, pread(descriptor, space.baseAddress, size, off_t(position)))
            }
            guard count > 0 else { return nil }
            self.position += Int64(count)
            file.onProgress(self.position)
            return buffer
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(file: self) }
}

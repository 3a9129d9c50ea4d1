internal import ClusterSpec
internal import Console
internal import DockerEngine
internal import EngineHost
internal import EnginePlan
internal import Glibc
internal import ImageArchives
internal import Linux
internal import NIOCore
internal import Values

/// Sees to it that the engine has the node image: from its own store, from an archive, or from a registry.
struct NodeImage {
    let client: DockerEngineClient
    let progress: Progress

    /// What the nodes are made of.
    struct Brought {
        /// The image of nodes that name none.
        var image: String
        /// For images that were asked for by a digest, and came in an archive: what the engine calls them. Of an image
        /// that did not come from a registry it knows no digest.
        var names: [String: String] = [:]
    }

    /// Brings the images, and returns those to use.
    ///
    /// - Parameters:
    ///   - wanted: The images that nodes ask for; empty: whatever an archive brings, or the default.
    ///   - archive: A file, an OCI layout, or a directory of archives; nil: `/images`, where that is.
    ///   - environment: For `docker pull`.
    func ensure(
        _ wanted: [String], archive: String?, environment: [String: String]
    ) async throws -> Brought {
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
        var result = Brought(image: wanted.first ?? Defaults.nodeImage)
        var brought: [String] = []
        if !missing.isEmpty {
            let loader = NodeImageArchive(client: client, progress: progress)
            for file in archives(at: archive ?? Defaults.imageArchive, for: missing) {
                let loaded = try await loader.load(file, for: wanted.isEmpty ? [] : missing)
                brought += loaded.images
                result.names.merge(loaded.names) { first, _ in first }
                var still: [String] = []
                for image in missing where result.names[image] == nil {
                    if try await !client.imageExists(image) { still.append(image) }
                }
                missing = still
                if missing.isEmpty || (wanted.isEmpty && !brought.isEmpty) { break }
            }
        }
        if wanted.isEmpty, let first = brought.first(where: { $0.contains("node") }) ?? brought.first {
            result.image = first
            missing = []
        }
        if wanted.isEmpty, !missing.isEmpty {
            // Nobody publishes what an archive would have brought.
            missing = [Defaults.publishedNodeImage]
            result.image = Defaults.publishedNodeImage
        }
        for image in missing { try await pull(image, environment: environment, tried: brought) }
        try await checkArchitecture(result.names[result.image] ?? result.image)
        return result
    }

    /// The archives at a path, those first whose names look like the image's.
    private func archives(at path: String, for images: [String]) -> [String] {
        guard let status = FileStatus(path) else { return [] }
        guard status.kind == .directory, !ImageArchive.isLayout(directory: path) else { return [path] }
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

    // MARK: - What is in an image

    /// What a node image has in it: the version of Kubernetes in its file `/kind/version`, which kind reads too, and its
    /// containerd's configuration. The image need not run for that.
    func facts(of image: String, environment: [String: String]) async throws -> NodeImageFacts {
        let made = try await docker(["create", image, "true"], environment: environment)
        let id = made.output.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        guard made.isSuccess, !id.isEmpty else {
            throw KinkajouError.cluster(
                "no container can be made of the node image \(image): \(made.reason)", evidence: [])
        }
        let version = try await file("/kind/version", in: id, environment: environment)
        let containerd = try await file("/etc/containerd/config.toml", in: id, environment: environment)
        try? await client.removeContainer(id, force: true, volumes: true)
        guard let version = version.flatMap({ KubernetesVersion($0) }) else {
            throw KinkajouError(
                "\(image) is no node image: it has no /kind/version with a version of Kubernetes",
                cure:
                    "name a node image with --image, such as \(Defaults.publishedNodeImage)",
                code: .clusterFailed)
        }
        return NodeImageFacts(
            version: version, containerd: containerd.map(ContainerdConfiguration.init(toml:)))
    }

    /// A small file of a container; nil: it has none such.
    private func file(
        _ path: String, in container: String, environment: [String: String]
    ) async throws -> String? {
        let copied = try await docker(["cp", "\(container):\(path)", "-"], environment: environment)
        // An archive of one file: tar(5), with a header of 512 bytes.
        guard copied.isSuccess, copied.output.utf8.count > 512 else { return nil }
        return String(decoding: copied.output.utf8.dropFirst(512).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Has the kubelets of the nodes' images say whether they know the feature gates that were asked for: a component that
    /// does not ends at once, and no table of ours could keep up with them.
    ///
    /// - Throws: `ClusterConfigError`.
    func check(_ plan: ClusterPlan, environment: [String: String]) async throws {
        guard !plan.featureGates.isEmpty else { return }
        var problems: [ConfigProblem] = []
        for image in Set(plan.cluster.nodes.compactMap(\.image)).sorted() {
            guard let version = plan.versions[image] else { continue }
            for gate in plan.featureGates {
                // The gates come before the configuration, which is not there: this kubelet never starts.
                let answer = try await docker(
                    [
                        "run", "--rm", "--network", "none", "--entrypoint", "kubelet", image,
                        "--feature-gates=\(gate.argument)", "--config=/nonexistent",
                    ], environment: environment)
                if let problem = gate.problem(inAnswer: answer.output + answer.errors, of: version) {
                    problems.append(problem)
                }
            }
        }
        guard problems.isEmpty else { throw ClusterConfigError(problems) }
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

internal import Linux
internal import Values

/// The images of the engine that the `docker` program talks to.
public struct LocalImages: Sendable {
    private let docker = DockerProgram()
    private static let limit = Duration.seconds(900)

    /// Those of the local engine.
    public init() {}

    /// The IDs of images.
    ///
    /// - Throws: ``KinkajouError`` that names those that are not there.
    public func identifiers(of images: [String]) async throws -> [String] {
        var identifiers: [String] = []
        for image in images {
            let result = try await docker.run(["image", "inspect", "--format", "{{.Id}}", image])
            guard result.isSuccess else {
                // An engine that answers has told that there is none.
                _ = try await docker.output(
                    ["version", "--format", "{{.Server.Version}}"], doing: "look up the image \"\(image)\"")
                throw KinkajouError(
                    "image: \"\(image)\" not present locally", cure: "docker pull \(image), or build it")
            }
            identifiers.append(result.output.trimmed)
        }
        return identifiers
    }

    /// Writes images to an archive.
    public func save(_ images: [String], to path: String) async throws {
        let result = try await docker.run(["save", "--output", path] + images, timeout: Self.limit)
        guard result.isSuccess else {
            throw KinkajouError(
                "docker save failed: \(result.reason)", cure: "see that there is room in \(path)")
        }
    }
}

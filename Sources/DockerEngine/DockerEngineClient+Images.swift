public import NIOCore

internal import NIOHTTP1

extension DockerEngineClient {
    /// `GET /images/json`: the images.
    public func images(
        filters: EngineFilters = EngineFilters(), timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> [ImageSummary] {
        try await document(
            EngineRequest(.GET, "/images/json", query: try filters.query), as: [ImageSummary].self,
            timeout: timeout)
    }

    /// `GET /images/{name}/json`: everything about one image.
    ///
    /// - Parameters:
    ///   - name: A reference such as `kindest/node:v1.31.0`, or an identifier.
    ///   - timeout: The deadline.
    public func inspectImage(
        _ name: String, timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> ImageDetails {
        let path = "/images/\(try EngineRequest.imageSegments(name))/json"
        return try await document(EngineRequest(.GET, path), as: ImageDetails.self, timeout: timeout)
    }

    /// Whether the daemon has an image.
    public func imageExists(
        _ name: String, timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws -> Bool {
        do {
            _ = try await inspectImage(name, timeout: timeout)
            return true
        } catch DockerEngineError.notFound {
            return false
        }
    }

    /// `POST /images/{name}/tag`: gives an image another name.
    ///
    /// - Parameters:
    ///   - name: The image.
    ///   - repository: The new name without its tag, such as `localhost:5000/app`.
    ///   - tag: The new tag.
    ///   - timeout: The deadline.
    public func tagImage(
        _ name: String, as repository: String, tag: String = "latest",
        timeout: Duration = DockerEngineClient.defaultTimeout
    ) async throws {
        let path = "/images/\(try EngineRequest.imageSegments(name))/tag"
        try await command(
            EngineRequest(.POST, path, query: [("repo", repository), ("tag", tag)]), timeout: timeout)
    }

    /// `DELETE /images/{name}`: takes the name away, and the image with its last name.
    ///
    /// - Parameters:
    ///   - name: The image.
    ///   - force: Whether it goes even when ended containers use it, or it has several names.
    ///   - timeout: The deadline. Removing many layers can take a while.
    public func removeImage(
        _ name: String, force: Bool = false, timeout: Duration = .seconds(60)
    ) async throws {
        let path = "/images/\(try EngineRequest.imageSegments(name))"
        try await command(
            EngineRequest(.DELETE, path, query: force ? [("force", "1")] : []), timeout: timeout)
    }

    /// `GET /images/get`: hands an archive of the images, as `docker save` makes it, to `consume`, chunk by
    /// chunk. The daemon sends no faster than `consume` takes.
    ///
    /// - Parameters:
    ///   - names: The images.
    ///   - timeout: The deadline of the whole.
    ///   - consume: Gets the archive's bytes in order. It must heed cancellation.
    public func saveImages(
        _ names: [String],
        timeout: Duration = .seconds(600),
        consume: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) async throws {
        guard !names.isEmpty else { throw DockerEngineError.invalidName("") }
        let request = EngineRequest(.GET, "/images/get", query: names.map { ("names", $0) })
        try await send(request, timeout: timeout) { response in
            for try await chunk in response { try await consume(chunk) }
        }
    }
}

/// An image in a list.
public struct ImageSummary: Sendable, Equatable, Decodable {
    /// The identifier, such as `sha256:...`.
    public let id: String
    /// The names with their tags.
    public let tags: [String]
    /// The names with their digests.
    public let digests: [String]
    /// The labels.
    public let labels: [String: String]
    /// The size in bytes.
    public let size: Int64
    /// When it was made, in seconds since 1970.
    public let created: Int64

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case labels = "Labels"
        case size = "Size"
        case created = "Created"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        tags = try values.list(.tags)
        digests = try values.list(.digests)
        labels = try values.map(.labels)
        size = try values.number(.size)
        created = try values.number(.created)
    }
}

/// One image, as `docker image inspect` shows it.
public struct ImageDetails: Sendable, Equatable, Decodable {
    /// The identifier, such as `sha256:...`.
    public let id: String
    /// The names with their tags.
    public let tags: [String]
    /// The names with their digests.
    public let digests: [String]
    /// Go's name of the processor architecture, such as `amd64`.
    public let architecture: String
    /// The operating system, such as `linux`.
    public let os: String
    /// The size in bytes.
    public let size: Int64

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case tags = "RepoTags"
        case digests = "RepoDigests"
        case architecture = "Architecture"
        case os = "Os"
        case size = "Size"
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        tags = try values.list(.tags)
        digests = try values.list(.digests)
        architecture = try values.text(.architecture)
        os = try values.text(.os)
        size = try values.number(.size)
    }
}

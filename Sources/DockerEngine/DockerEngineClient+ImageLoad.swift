internal import AsyncHTTPClient
public import NIOCore

internal import NIOHTTP1

extension DockerEngineClient {
    /// `POST /images/load`: loads an archive that `docker save` made. Nothing of it is held in memory: it is
    /// read as fast as the daemon takes it.
    ///
    /// - Parameters:
    ///   - archive: The archive's bytes. When it throws, so does this.
    ///   - length: The archive's length in bytes, when known.
    ///   - timeout: The deadline of the whole.
    ///   - progress: Gets each line that the daemon reports. It must heed cancellation.
    /// - Returns: The names, or identifiers, of the loaded images.
    /// - Throws: ``DockerEngineError/loadFailed(message:)`` when the daemon reports an error, which it does
    ///   after having answered with status 200.
    @discardableResult
    public func loadImages<Archive: AsyncSequence & Sendable>(
        from archive: Archive,
        length: Int64? = nil,
        timeout: Duration = .seconds(600),
        progress: @escaping @Sendable (ImageLoadProgress) async -> Void = { _ in }
    ) async throws -> [String] where Archive.Element == ByteBuffer {
        let request = EngineRequest(.POST, "/images/load", query: [("quiet", "0")])
        let body = HTTPClientRequest.Body.stream(
            PacedArchive(base: archive, loops: http.eventLoopGroup),
            length: length.map { .known($0) } ?? .unknown)
        return try await send(request, timeout: timeout, body: body) { response in
            var lines = JSONLines(what: request.summary)
            var loaded: [String] = []
            func report(_ line: ByteBuffer) async throws {
                let report = try lines.decode(ImageLoadProgress.self, from: line)
                if let error = report.error { throw DockerEngineError.loadFailed(message: error) }
                if let image = report.loadedImage { loaded.append(image) }
                await progress(report)
            }
            for try await chunk in response {
                for line in try lines.append(chunk) { try await report(line) }
            }
            if let line = lines.finish() { try await report(line) }
            return loaded
        }
    }

    /// The same as ``loadImages(from:length:timeout:progress:)`` as a stream: each line that the daemon
    /// reports, then the end or the error. Dropping the stream cancels the load.
    ///
    /// - Parameters:
    ///   - archive: The archive's bytes.
    ///   - length: The archive's length in bytes, when known.
    ///   - timeout: The deadline of the whole.
    public func imageLoadProgress<Archive: AsyncSequence & Sendable>(
        from archive: Archive, length: Int64? = nil, timeout: Duration = .seconds(600)
    ) -> AsyncThrowingStream<ImageLoadProgress, any Error> where Archive.Element == ByteBuffer {
        AsyncThrowingStream { continuation in
            let load = Task {
                do {
                    try await self.loadImages(from: archive, length: length, timeout: timeout) {
                        continuation.yield($0)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in load.cancel() }
        }
    }
}

/// A line that the daemon reports while it loads images.
public struct ImageLoadProgress: Sendable, Equatable, Decodable {
    /// Plain text, such as `Loaded image: app:1`.
    public let message: String?
    /// What is being done, such as `Loading layer`.
    public let status: String?
    /// The layer that it is done to.
    public let id: String?
    /// The bytes that are done.
    public let current: Int64?
    /// The bytes that there are to do.
    public let total: Int64?
    /// Why it failed.
    let error: String?

    enum CodingKeys: String, CodingKey {
        case message = "stream"
        case status
        case id
        case detail = "progressDetail"
        case error
        case errorDetail
    }

    private struct Detail: Decodable {
        let current: Int64?
        let total: Int64?
    }

    private struct ErrorDetail: Decodable {
        let message: String?
    }

    /// Reads the API's JSON.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        var message = try values.decodeIfPresent(String.self, forKey: .message)
        while message?.last?.isNewline == true { message?.removeLast() }
        self.message = message
        status = try values.decodeIfPresent(String.self, forKey: .status)
        id = try values.decodeIfPresent(String.self, forKey: .id)
        let detail = try values.decodeIfPresent(Detail.self, forKey: .detail)
        current = detail?.current
        total = detail?.total
        let failure = try values.decodeIfPresent(ErrorDetail.self, forKey: .errorDetail)
        error = try failure?.message ?? values.decodeIfPresent(String.self, forKey: .error)
    }

    /// The image whose loading this line reports as done.
    public var loadedImage: String? {
        for prefix in ["Loaded image: ", "Loaded image ID: "] {
            if let message, message.hasPrefix(prefix) { return String(message.dropFirst(prefix.count)) }
        }
        return nil
    }
}

internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore

internal import NIOHTTP1

/// The body of an answer, chunk by chunk, read no faster than it is consumed.
struct EngineResponse: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let request: EngineRequest
    let socketPath: String
    let status: Int
    let headers: HTTPHeaders
    let body: HTTPClientResponse.Body

    /// The largest answer that is held in memory as a whole.
    static let largestDocument = 64 << 20

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let what: String
        let socketPath: String

        mutating func next() async throws -> ByteBuffer? {
            do {
                let chunk = try await base.next()
                // A cancelled body may just end. That is not the end of the answer.
                if chunk == nil { try Task.checkCancellation() }
                return chunk
            } catch {
                throw transportError(error, what: what, socketPath: socketPath)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: body.makeAsyncIterator(), what: request.summary, socketPath: socketPath)
    }

    /// The whole body, which must be of moderate size.
    func collected(upTo limit: Int = EngineResponse.largestDocument) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await chunk in self {
            guard whole.readableBytes + chunk.readableBytes <= limit else {
                throw DockerEngineError.invalidResponse(
                    what: request.summary, reason: "it is longer than \(limit) bytes")
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }

    /// The whole body as a JSON document.
    func decoded<Value: Decodable>(as type: Value.Type) async throws -> Value {
        let document = try await collected()
        do {
            return try JSONDecoder().decode(type, from: Data(document.readableBytesView))
        } catch {
            throw DockerEngineError.invalidResponse(what: request.summary, reason: "\(error)")
        }
    }
}

/// The body of every failure: `{"message": "..."}`.
struct EngineFailure: Decodable {
    let message: String

    /// The daemon's words in a failure's body, whatever its form.
    static func message(in body: ByteBuffer) -> String {
        if let failure = try? JSONDecoder().decode(EngineFailure.self, from: Data(body.readableBytesView)) {
            return failure.message
        }
        let text = String(decoding: body.readableBytesView.prefix(2000), as: UTF8.self)
        let trimmed = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return trimmed.isEmpty ? "(no message)" : trimmed
    }
}

internal import AsyncHTTPClient
internal import NIOCore
internal import Synchronization

internal import NIOHTTP1

/// The body of an answer, chunk by chunk, read no faster than it is consumed.
struct StreamedAnswer: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let request: String
    let server: String
    let status: Int
    let headers: HTTPHeaders
    let body: HTTPClientResponse.Body

    struct AsyncIterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator
        let request: String
        let server: String

        mutating func next() async throws -> ByteBuffer? {
            do {
                let chunk = try await base.next()
                // A cancelled body may just end. That is not the end of the answer.
                if chunk == nil { try Task.checkCancellation() }
                return chunk
            } catch {
                if Task.isCancelled { throw CancellationError() }
                throw transportError(error, request: request, server: server)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: body.makeAsyncIterator(), request: request, server: server)
    }

    /// The whole body, which must be of moderate size.
    func collected(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await chunk in self {
            guard whole.readableBytes + chunk.readableBytes <= limit else {
                throw KubernetesError.invalidResponse(
                    what: request, reason: "it is longer than \(limit) bytes")
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }
}

/// Pulls an answer's chunks from within an actor.
///
/// Safe to be sent because only one call at a time gets to the iterator; a second one is refused.
final class ChunkPuller: @unchecked Sendable {
    private var iterator: StreamedAnswer.AsyncIterator
    private let isBusy = Atomic(false)
    private let request: String

    init(_ answer: StreamedAnswer) {
        iterator = answer.makeAsyncIterator()
        request = answer.request
    }

    func next() async throws -> ByteBuffer? {
        guard !isBusy.exchange(true, ordering: .acquiring) else {
            throw KubernetesError.invalidResponse(what: request, reason: "two tasks read it at once")
        }
        defer { isBusy.store(false, ordering: .releasing) }
        return try await iterator.next()
    }
}

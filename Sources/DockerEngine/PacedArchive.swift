internal import AsyncHTTPClient
internal import NIOCore

/// An archive that is read no faster than the connection takes it.
///
/// AsyncHTTPClient asks a body for its next chunk until the connection's event loop has said that it is full, which it
/// can only once it has come to the chunks before: a fast reader is far ahead by then. So each chunk waits until every
/// event loop has done what it was given before, and with it has said whether the connection is full.
struct PacedArchive<Base: AsyncSequence & Sendable>: AsyncSequence, Sendable
where Base.Element == ByteBuffer {
    let base: Base
    let loops: any EventLoopGroup

    func makeAsyncIterator() -> Iterator {
        Iterator(base: base.makeAsyncIterator(), loops: Array(loops.makeIterator()))
    }

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        let loops: [any EventLoop]

        mutating func next() async throws -> ByteBuffer? {
            for loop in loops { try await loop.submit {}.get() }
            return try await base.next()
        }
    }
}

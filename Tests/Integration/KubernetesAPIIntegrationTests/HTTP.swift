import AsyncHTTPClient
import NIOCore

import NIOHTTP1

/// Plain requests, to what is no API server.
enum HTTP {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The status of an answer; nil when there is none.
    static func status(_ url: String) async -> Int? {
        let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
        return answer.map { Int($0.status.code) }
    }

    /// Sends JSON, which has to succeed.
    static func post(_ url: String, _ body: String) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: body))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let text = String(buffer: try await answer.body.collect(upTo: 1 << 16))
        guard answer.status == .ok else { throw Failure(description: "\(url): \(answer.status) \(text)") }
    }
}

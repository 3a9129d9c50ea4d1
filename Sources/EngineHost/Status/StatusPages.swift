/// What the status endpoint tells.
public protocol StatusPages: Sendable {
    /// Answers a path, such as `/readyz`, with an HTTP status, a media type and a text; nil: there is no such page.
    func answer(_ path: String) async -> (status: Int, type: String, text: String)?
}

public import NIOCore
public import Values

internal import NIOHTTP1

/// A request before it is sent.
public struct APIRequest: Sendable {
    /// The methods that the API has.
    public enum Method: String, Sendable, Hashable {
        /// Reads.
        case get = "GET"
        /// Makes.
        case post = "POST"
        /// Writes anew.
        case put = "PUT"
        /// Changes.
        case patch = "PATCH"
        /// Deletes.
        case delete = "DELETE"
    }

    /// The method.
    public var method: Method
    /// Begins with a slash; already percent-encoded.
    public var path: String
    /// Not encoded yet.
    public var query: [(name: String, value: String)]
    /// What to send; nil for nothing.
    public var body: [UInt8]?
    /// What ``body`` is.
    public var contentType: String
    /// What the answer may be.
    public var accept: String
    /// It changes nothing, or may be carried out twice.
    public var isRepeatable: Bool

    /// Describes a request. What reads is repeatable, all else is not.
    public init(
        _ method: Method, _ path: String, query: [(name: String, value: String)] = [],
        body: [UInt8]? = nil, contentType: String = "application/json", accept: String = "application/json"
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.contentType = contentType
        self.accept = accept
        isRepeatable = method == .get
    }

    /// For messages, such as `GET /api/v1/pods`. The query is left out: a command may be in it.
    public var summary: String { "\(method.rawValue) \(path)" }

    /// The request target with its query.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
    }
}

/// An answer that was read to its end.
public struct APIResponse: Sendable {
    /// The HTTP status, 200 to 299.
    public let code: Int
    let headers: HTTPHeaders
    /// The body.
    public let body: ByteBuffer
    /// The request, for messages.
    let request: String

    /// The first header of a name; nil when there is none.
    public func header(_ name: String) -> String? { headers.first(name: name) }

    /// The body as JSON.
    public func json() throws -> JSONValue {
        do {
            return try JSONValue(json: body.readableBytesView)
        } catch {
            throw KubernetesError.invalidResponse(what: request, reason: "\(error)")
        }
    }
}

extension APIResource {
    /// The path of a list of objects, or of one.
    func path(namespace: String?, name: String? = nil, subresource: String? = nil) throws -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(try Self.segment(namespace))" }
        path += "/\(plural)"
        if let name { path += "/\(try Self.segment(name))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }

    /// A name as one segment of a path.
    static func segment(_ name: String) throws -> String {
        // "." and ".." would be resolved away and address something else, and an empty name the whole list.
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), !name.contains("%"),
            !name.utf8.contains(0)
        else { throw KubernetesError.invalidName(name) }
        return percentEncoded(name)
    }
}

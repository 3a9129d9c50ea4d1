public import Values

/// What the API server says of a request that failed: its `Status` object.
/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>
public struct APIStatus: Sendable, Hashable {
    /// The request, such as `GET /api/v1/namespaces/default/pods/web`.
    public var request: String
    /// The HTTP status.
    public var code: Int
    /// One word for the reason, such as `NotFound`; empty when the server gives none.
    public var reason: String
    /// The server's own words.
    public var message: String
    /// The kind of what it is about, as the server has it, such as `pods`; empty when it does not say.
    public var kind: String
    /// The name of what it is about; empty when it does not say.
    public var name: String
    /// The particulars.
    public var causes: [Cause]
    /// After how many seconds the server wants to be asked again; nil when it does not say.
    public var retryAfterSeconds: Int64?

    /// A particular, such as a field that has no valid value.
    public struct Cause: Sendable, Hashable {
        /// One word, such as `FieldValueInvalid`.
        public let reason: String
        /// For people.
        public let message: String
        /// Where in the object, such as `spec.containers[0].image`; empty when it does not say.
        public let field: String
    }

    /// Reads a `Status` object; nil for anything else.
    public init?(_ object: JSONValue, request: String, code: Int) {
        guard object["kind"].string == "Status" else { return nil }
        let details = object["details"]
        self.request = request
        self.code = object["code"].integer.flatMap { Int(exactly: $0) } ?? code
        reason = object["reason"].string ?? ""
        message = object["message"].string ?? ""
        kind = details["kind"].string ?? ""
        name = details["name"].string ?? ""
        causes = details["causes"].array.map {
            Cause(
                reason: $0["reason"].string ?? "", message: $0["message"].string ?? "",
                field: $0["field"].string ?? "")
        }
        retryAfterSeconds = details["retryAfterSeconds"].integer
    }

    /// Makes one of what is no `Status` object: the answer of a proxy, say.
    ///
    /// - Parameters:
    ///   - body: What the answer holds. JSON with a `Status` in it is read as such.
    ///   - retryAfter: The header of that name, in seconds.
    public init(request: String, code: Int, body: some Collection<UInt8>, retryAfter: String? = nil) {
        let seconds = retryAfter.flatMap { Int64($0) }
        if let object = try? JSONValue(json: body),
            let status = APIStatus(object, request: request, code: code)
        {
            self = status
            retryAfterSeconds = retryAfterSeconds ?? seconds
            return
        }
        let text = String(decoding: body.prefix(500), as: UTF8.self)
        self.request = request
        self.code = code
        reason = ""
        message = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        kind = ""
        name = ""
        causes = []
        retryAfterSeconds = seconds
    }
}

/// What a user was not allowed to do, taken from the words of the API server's authorizer.
public struct ForbiddenAction: Sendable, Hashable {
    /// Whom the server takes the client for.
    public let user: String
    /// Such as `create`.
    public let verb: String
    /// The plural name, with a subresource behind a slash, such as `pods/exec`.
    public let resource: String
    /// The API group; empty for the core group.
    public let group: String
    /// Nil for the whole cluster.
    public let namespace: String?

    /// Reads `pods "x" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "y"`;
    /// nil for other messages.
    /// <https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/responsewriters/errors.go>
    init?(message: String) {
        guard let start = message.firstRange(of: "User \"") else { return nil }
        let parts = message[start.lowerBound...].split(separator: "\"", omittingEmptySubsequences: false)
        // User "U" cannot V resource "R" in API group "G" in the namespace "N"
        guard parts.count >= 6, parts[2].hasPrefix(" cannot "), parts[2].hasSuffix(" resource "),
            parts[4].hasPrefix(" in API group ")
        else { return nil }
        user = String(parts[1])
        verb = String(parts[2].dropFirst(" cannot ".count).dropLast(" resource ".count))
        resource = String(parts[3])
        group = String(parts[5])
        namespace =
            parts.count >= 8 && parts[6] == " in the namespace " ? String(parts[7]) : nil
    }
}

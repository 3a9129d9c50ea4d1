internal import FoundationEssentials
internal import Values

/// Whether the client may do something.
public struct AccessReview: Sendable, Hashable {
    /// It may.
    public let isAllowed: Bool
    /// The authorizer's words; mostly empty.
    public let reason: String
}

/// The version of an API server.
public struct ServerVersion: Sendable, Hashable {
    /// Such as 1.
    public let major: Int
    /// Such as 20.
    public let minor: Int
    /// Such as `v1.20.2`.
    public let gitVersion: String

    /// Reads the answer to `GET /version`. Some servers write a plus behind the minor version.
    init?(_ object: JSONValue) {
        guard let gitVersion = object["gitVersion"].string,
            let major = Int((object["major"].string ?? "").prefix { $0.isNumber }),
            let minor = Int((object["minor"].string ?? "").prefix { $0.isNumber })
        else { return nil }
        self.gitVersion = gitVersion
        self.major = major
        self.minor = minor
    }
}

extension KubernetesClient {
    /// `GET /version`: the server's version.
    public func version() async throws -> ServerVersion {
        let request = APIRequest(.get, "/version")
        guard let version = ServerVersion(try await self.request(request).json()) else {
            throw KubernetesError.invalidResponse(what: request.summary, reason: "it has no version")
        }
        return version
    }

    /// The server's time, in seconds since 1970: what its objects' times are to be compared with. It is that of the
    /// answer's Date header (RFC 9110, section 5.6.7); where a proxy took that away, this machine's.
    public func serverTime() async throws -> Int64 {
        let answer = try await request(APIRequest(.get, "/version"))
        return answer.header("Date").flatMap(Self.seconds(ofDate:)) ?? Int64(Date().timeIntervalSince1970)
    }

    /// Reads `Thu, 26 Nov 2026 04:31:02 GMT`; nil for anything else.
    static func seconds(ofDate text: String) -> Int64? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])),
            let date = try? Date(
                "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z", strategy: .iso8601
            )
        else { return nil }
        return Int64(date.timeIntervalSince1970)
    }

    /// Asks whether the client may do something (SelfSubjectAccessReview).
    ///
    /// - Parameters:
    ///   - verb: Such as `create`.
    ///   - subresource: Such as `exec`.
    ///   - namespace: Nil: in all namespaces.
    ///   - name: Nil: with all objects.
    public func accessReview(
        verb: String, resource: APIResource, subresource: String? = nil, namespace: String? = nil,
        name: String? = nil
    ) async throws -> AccessReview {
        var attributes: JSONValue = [
            "verb": .string(verb), "group": .string(resource.group), "version": .string(resource.version),
            "resource": .string(resource.plural),
        ]
        if let subresource { attributes["subresource"] = .string(subresource) }
        if let namespace { attributes["namespace"] = .string(namespace) }
        if let name { attributes["name"] = .string(name) }
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": ["resourceAttributes": attributes],
        ]
        var request = APIRequest(
            .post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body: review.encoded())
        request.isRepeatable = true
        let status = try await self.request(request).json()["status"]
        guard let isAllowed = status["allowed"].boolean else {
            throw KubernetesError.invalidResponse(what: request.summary, reason: "it does not say")
        }
        return AccessReview(isAllowed: isAllowed, reason: status["reason"].string ?? "")
    }
}

public import Values

/// Objects of one kind, as one version of the cluster's state had them.
public struct ObjectList: Sendable, Equatable {
    /// The objects, each with `apiVersion` and `kind`.
    public var items: [JSONValue]
    /// The version of the state, from which a watch can go on.
    public var resourceVersion: String
}

/// How a patch is to be understood.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply>
public enum PatchType: Sendable, Hashable {
    /// RFC 7386.
    case merge
    /// Lists are merged by their elements' keys; not for custom resources.
    case strategic
    /// RFC 6902: an array of operations.
    case json
    /// Server-side apply: the object as this field manager wants it.
    case apply(fieldManager: String, force: Bool)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .strategic: "application/strategic-merge-patch+json"
        case .json: "application/json-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }
}

/// What becomes of the objects that an object owns when it is deleted.
public enum DeletionPropagation: String, Sendable, Hashable {
    /// They are deleted afterwards.
    case background = "Background"
    /// They are deleted before.
    case foreground = "Foreground"
    /// They stay.
    case orphan = "Orphan"
}

extension KubernetesClient {
    /// How many objects one answer of a list has at most.
    static let pageSize = 500

    /// Reads an object.
    ///
    /// - Parameter namespace: Nil: that of the configuration. It does not matter for objects without namespace.
    /// - Throws: ``KubernetesError``; see ``KubernetesError/isNotFound``.
    public func get(_ resource: APIResource, _ name: String, namespace: String? = nil) async throws
        -> JSONValue
    {
        try await request(APIRequest(.get, path(resource, name, namespace))).json()
    }

    /// Reads all objects of a kind, page by page.
    ///
    /// - Parameters:
    ///   - namespace: Nil: all namespaces.
    ///   - labels: A label selector, such as `app=web,tier!=test`.
    ///   - fields: A field selector, such as `metadata.name=web`.
    public func list(
        _ resource: APIResource, namespace: String? = nil, labels: String? = nil, fields: String? = nil
    ) async throws -> ObjectList {
        try await list(
            resource, namespace: namespace, labels: labels, fields: fields, pageSize: Self.pageSize)
    }

    func list(
        _ resource: APIResource, namespace: String?, labels: String?, fields: String?, pageSize: Int
    ) async throws -> ObjectList {
        do {
            return try await pages(
                resource, namespace: namespace, labels: labels, fields: fields, limit: pageSize)
        } catch let error as KubernetesError where error.isGone {
            // The state that the first page was of is no longer kept. All at once, it cannot expire.
            return try await pages(resource, namespace: namespace, labels: labels, fields: fields, limit: nil)
        }
    }

    private func pages(
        _ resource: APIResource, namespace: String?, labels: String?, fields: String?, limit: Int?
    ) async throws -> ObjectList {
        var list = ObjectList(items: [], resourceVersion: "")
        var token: String?
        repeat {
            var query = Self.selectors(labels: labels, fields: fields)
            if let limit { query.append(("limit", String(limit))) }
            if let token { query.append(("continue", token)) }
            let request = APIRequest(.get, try resource.path(namespace: namespace), query: query)
            let page = try await self.request(request).json()
            // Go writes an empty slice as null.
            guard page["kind"].string?.hasSuffix("List") == true else {
                throw KubernetesError.invalidResponse(what: request.summary, reason: "it is no list")
            }
            for item in page["items"].array {
                var item = item
                item["apiVersion"] = .string(resource.apiVersion)
                item["kind"] = .string(resource.kind)
                list.items.append(item)
            }
            list.resourceVersion = page["metadata"]["resourceVersion"].string ?? ""
            token = page["metadata"]["continue"].string.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        return list
    }

    /// Makes an object.
    ///
    /// - Parameters:
    ///   - namespace: Nil: that of the object, or else of the configuration.
    ///   - dryRun: Only whether it could be made.
    /// - Returns: The object as the server keeps it.
    @discardableResult
    public func create(
        _ resource: APIResource, _ object: JSONValue, namespace: String? = nil, dryRun: Bool = false
    ) async throws -> JSONValue {
        let path = try resource.path(
            namespace: namespace ?? object["metadata"]["namespace"].string ?? configuration.namespace)
        return try await request(
            APIRequest(
                .post, path, query: Self.dryRun(dryRun), body: Self.typed(object, resource).encoded())
        ).json()
    }

    /// Writes an object anew. With `metadata.resourceVersion` in it, only if it was not changed since then: see
    /// ``KubernetesError/isConflict``.
    ///
    /// - Parameters:
    ///   - object: Has the name in it.
    ///   - namespace: Nil: that of the object, or else of the configuration.
    ///   - subresource: Such as `status`.
    @discardableResult
    public func replace(
        _ resource: APIResource, _ object: JSONValue, namespace: String? = nil, subresource: String? = nil,
        dryRun: Bool = false
    ) async throws -> JSONValue {
        let path = try resource.path(
            namespace: namespace ?? object["metadata"]["namespace"].string ?? configuration.namespace,
            name: object["metadata"]["name"].string ?? "", subresource: subresource)
        return try await request(
            APIRequest(
                .put, path, query: Self.dryRun(dryRun), body: Self.typed(object, resource).encoded())
        ).json()
    }

    /// Changes an object.
    ///
    /// - Parameters:
    ///   - namespace: Nil: that of the configuration.
    ///   - body: The change; for ``PatchType/apply(fieldManager:force:)`` the object.
    ///   - type: What `body` is.
    ///   - subresource: Such as `status`.
    @discardableResult
    public func patch(
        _ resource: APIResource, _ name: String, namespace: String? = nil, _ body: JSONValue, type: PatchType,
        subresource: String? = nil, dryRun: Bool = false
    ) async throws -> JSONValue {
        var query = Self.dryRun(dryRun)
        var body = body
        if case .apply(let manager, let force) = type {
            query.append(("fieldManager", manager))
            if force { query.append(("force", "true")) }
            body = Self.typed(body, resource)
        }
        var request = APIRequest(
            .patch,
            try resource.path(
                namespace: namespace ?? configuration.namespace, name: name, subresource: subresource),
            query: query, body: body.encoded(), contentType: type.contentType)
        // To apply the same twice is to apply it once.
        if case .apply = type { request.isRepeatable = true }
        return try await self.request(request).json()
    }

    /// Deletes an object. It may still be there for a while afterwards: until its Pods have ended, say.
    ///
    /// - Parameters:
    ///   - namespace: Nil: that of the configuration.
    ///   - propagation: What becomes of the objects that it owns.
    ///   - gracePeriodSeconds: How long a Pod has to end; nil: as the Pod says.
    ///   - uid: Delete only this very object: see ``KubernetesError/isConflict``.
    /// - Returns: False: it was not there.
    @discardableResult
    public func delete(
        _ resource: APIResource, _ name: String, namespace: String? = nil,
        propagation: DeletionPropagation = .background, gracePeriodSeconds: Int? = nil, uid: String? = nil
    ) async throws -> Bool {
        var options = Self.deletion(propagation, gracePeriodSeconds)
        if let uid { options["preconditions"] = ["uid": .string(uid)] }
        var request = APIRequest(.delete, try path(resource, name, namespace), body: options.encoded())
        // With its identifier given, a second attempt can hit no other object.
        request.isRepeatable = uid != nil
        do {
            _ = try await self.request(request)
            return true
        } catch let error as KubernetesError where error.isNotFound {
            return false
        }
    }

    /// Deletes all objects that a label selector chooses.
    ///
    /// - Parameters:
    ///   - namespace: Nil: that of the configuration. It does not matter for objects without namespace.
    ///   - labels: A label selector. It has to be given: an empty one would delete everything.
    public func deleteCollection(
        _ resource: APIResource, namespace: String? = nil, labels: String,
        propagation: DeletionPropagation = .background, gracePeriodSeconds: Int? = nil
    ) async throws {
        guard !labels.isEmpty else { throw KubernetesError.invalidName("") }
        _ = try await request(
            APIRequest(
                .delete, resource.path(namespace: namespace ?? configuration.namespace),
                query: [("labelSelector", labels)],
                body: Self.deletion(propagation, gracePeriodSeconds).encoded()))
    }

    private func path(_ resource: APIResource, _ name: String, _ namespace: String?) throws -> String {
        try resource.path(namespace: namespace ?? configuration.namespace, name: name)
    }

    static func selectors(labels: String?, fields: String?) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let labels, !labels.isEmpty { query.append(("labelSelector", labels)) }
        if let fields, !fields.isEmpty { query.append(("fieldSelector", fields)) }
        return query
    }

    private static func dryRun(_ isDryRun: Bool) -> [(name: String, value: String)] {
        isDryRun ? [("dryRun", "All")] : []
    }

    private static func typed(_ object: JSONValue, _ resource: APIResource) -> JSONValue {
        var object = object
        if object["apiVersion"].isNull { object["apiVersion"] = .string(resource.apiVersion) }
        if object["kind"].isNull { object["kind"] = .string(resource.kind) }
        return object
    }

    private static func deletion(_ propagation: DeletionPropagation, _ grace: Int?) -> JSONValue {
        var options: JSONValue = [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(propagation.rawValue),
        ]
        if let grace { options["gracePeriodSeconds"] = .integer(Int64(grace)) }
        return options
    }
}

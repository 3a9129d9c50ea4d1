public import KubernetesAPI
internal import Values

/// Something that a user must be allowed to do in the namespace of the clusters.
public struct Permission: Sendable, Hashable {
    /// The verb.
    public var verb: String
    /// The resource.
    public var resource: APIResource
    /// The subresource, such as `exec`.
    public var subresource: String?

    init(_ verb: String, _ resource: APIResource, _ subresource: String? = nil) {
        self.verb = verb
        self.resource = resource
        self.subresource = subresource
    }

    /// The resource as a Role names it.
    public var resourceName: String { resource.plural + (subresource.map { "/\($0)" } ?? "") }

    /// What is done with a cluster, and what that takes.
    public enum Purpose: String, Sendable, CaseIterable {
        /// List clusters, read logs, wait.
        case read
        /// Make clusters.
        case create
        /// Make clusters with a time to live.
        case timeToLive = "ttl"
        /// Delete clusters.
        case delete
        /// Run commands in them, load images, export logs.
        case exec
        /// Reach their API server by a tunnel.
        case tunnel
    }

    /// The least that a purpose takes.
    ///
    /// A WebSocket is opened by GET, which API servers before 1.35 check as `get`, and later ones as `create` as
    /// well, which is what clients over SPDY have always needed.
    public static func needed(for purpose: Purpose) -> [Permission] {
        switch purpose {
        case .read:
            [Permission("get", .pods), Permission("list", .pods), Permission("get", .pods, "log")]
        case .create:
            needed(for: .read) + needed(for: .exec)
                + ["create", "delete", "watch"].map { Permission($0, .pods) }
                + ["list", "watch"].map { Permission($0, .events) }
                + [APIResource.services, .secrets, .networkPolicies].flatMap { resource in
                    ["create", "get", "delete"].map { Permission($0, resource) }
                }
        case .timeToLive:
            ["create", "get", "patch", "delete"].map { Permission($0, .jobs) } + [
                Permission("patch", .jobs, "status"), Permission("patch", .pods),
            ]
        case .delete:
            ["get", "list", "watch", "delete"].map { Permission($0, .pods) }
                + ["get", "delete"].map { Permission($0, .jobs) }
        case .exec:
            [Permission("get", .pods), Permission("get", .pods, "exec"), Permission("create", .pods, "exec")]
        case .tunnel:
            [
                Permission("get", .pods), Permission("get", .secrets),
                Permission("get", .pods, "portforward"),
                Permission("create", .pods, "portforward"),
            ]
        }
    }
}

extension KubernetesProvider {
    /// Asks the API server whether the user may do what purposes take (SelfSubjectAccessReview).
    ///
    /// - Throws: ``KinkajouError`` that names each verb that is missing.
    public func checkPermissions(for purposes: [Permission.Purpose]) async throws {
        let needed = Set(purposes.flatMap(Permission.needed))
        let missing = try await withThrowingTaskGroup(of: Permission?.self) { group in
            for permission in needed {
                group.addTask {
                    let answer = try await client.accessReview(
                        verb: permission.verb, resource: permission.resource,
                        subresource: permission.subresource,
                        namespace: namespace, name: nil)
                    return answer.isAllowed ? nil : permission
                }
            }
            return try await group.reduce(into: [Permission]()) { missing, permission in
                if let permission { missing.append(permission) }
            }
        }
        // API servers before 1.35 do not check `create` for WebSockets.
        let required = missing.filter { !($0.verb == "create" && $0.subresource != nil) }
        guard required.isEmpty else {
            let list = required.map { "\($0.verb) \($0.resourceName)" }.sorted().joined(separator: ", ")
            throw KinkajouError(
                "in \(place) this user may not: \(list)",
                cure: "kubectl apply -n \(namespace) -f deploy/rbac.yaml, and bind the Role to the user")
        }
    }
}

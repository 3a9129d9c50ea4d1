internal import KubernetesAPI
internal import Values

/// Makes the objects of one creation, each exactly once, whatever becomes of the requests: all have fixed names and
/// the creation's mark, so that one that was made although the answer was lost is found again, and a request that
/// is repeated makes no second one. Nothing of anybody else's is taken or deleted.
struct ObjectMaker: Sendable {
    let client: KubernetesClient
    let namespace: String
    let cluster: String
    /// The mark of the creation.
    let creation: String
    let place: String
    /// How long one object may take: the garbage collector may be at work on one of the same name.
    var limit = Duration.seconds(60)
    /// How often a request is sent of which it is not known whether it was carried out.
    private static let attempts = 3

    /// Makes an object.
    ///
    /// - Parameter pod: The UID of the cluster's Pod, once there is one.
    /// - Throws: ``KinkajouError`` where the name is another's; `KubernetesError`.
    func make(_ resource: APIResource, _ object: JSONValue, pod: String? = nil) async throws -> JSONValue {
        let name = object["metadata"]["name"].string ?? ""
        let deadline = ContinuousClock.now + limit
        var pause = Duration.milliseconds(50)
        var unsure = 0
        while true {
            let reason: any Error
            do {
                return try await client.create(resource, object, namespace: namespace)
            } catch let error as KubernetesError where error.isAlreadyExists {
                if let made = try await settle(resource, name, pod: pod) { return made }
                reason = error
            } catch let error as KubernetesError where error.mayHaveBeenCarriedOut {
                unsure += 1
                guard unsure < Self.attempts else { throw error }
                reason = error
            }
            // Whoever has the name gives no sign when it is free that every user may watch for.
            guard ContinuousClock.now + pause < deadline else { throw reason }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// The object of that name, where this creation has made it; nil: it has not.
    func find(_ resource: APIResource, _ name: String) async throws -> JSONValue? {
        guard let found = try await client.find(resource, name, namespace: namespace),
            found["metadata"]["annotations"][ClusterObjects.Key.creation].string == creation
        else { return nil }
        return found
    }

    /// What follows from an object that has the name already; nil: the name is free, or will be.
    private func settle(_ resource: APIResource, _ name: String, pod: String?) async throws -> JSONValue? {
        // It may be gone by now.
        guard let found = try await client.find(resource, name, namespace: namespace) else { return nil }
        switch NameClaim(of: found, cluster: cluster, creation: creation, pod: pod) {
        case .own: return found
        case .leftover(let uid):
            do {
                _ = try await client.delete(
                    resource, name, namespace: namespace, propagation: .background, uid: uid)
            } catch let error as KubernetesError where error.isConflict {
                // Another one has the name by now: the next look tells whose it is.
            }
            return nil
        case .leaving where resource == .pods:
            throw KinkajouError(
                "a cluster with the name \"\(cluster)\" is being deleted in \(place)",
                cure: "wait for it: `kinkajou delete cluster --name \(cluster)` returns when it is gone")
        case .leaving: return nil
        case .taken:
            throw KinkajouError(
                "node(s) already exist for a cluster with the name \"\(cluster)\" in \(place)",
                cure: "choose another --name, or delete it: `kinkajou delete cluster --name \(cluster)`",
                code: .nameTaken)
        case .foreign:
            throw KinkajouError(
                "there is a \(resource.kind) \"\(name)\" in \(place) that is none of Kinkajou's",
                cure: "choose another --name")
        }
    }
}

extension KubernetesClient {
    /// Looks for an object; nil: there is none. Any other answer is an error: what was not seen is not absent.
    func find(_ resource: APIResource, _ name: String, namespace: String) async throws -> JSONValue? {
        do {
            return try await get(resource, name, namespace: namespace)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }
}

extension KubernetesError {
    /// Whether the server may have done what it was asked to all the same.
    var mayHaveBeenCarriedOut: Bool {
        switch self {
        case .status(let status): status.code >= 500
        case .connection(let failure):
            switch failure.cause {
            case .lost, .silent: true
            default: false
            }
        case .timeout, .invalidResponse: true
        default: false
        }
    }
}

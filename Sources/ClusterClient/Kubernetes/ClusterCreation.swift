internal import ClusterSpec
internal import FoundationEssentials
internal import KubernetesAPI
internal import Values

/// Makes one cluster: its objects, the wait until it is ready, and the way back when it fails.
struct ClusterCreation: Sendable {
    let client: KubernetesClient
    let request: ClusterSpec
    let namespace: String
    let host: HostReference
    let place: String
    let follower: any CreationFollower
    /// Reads the administrator's credentials from the cluster.
    let credentials: @Sendable () async throws -> String

    private var name: String { ClusterName.object(request.name) }

    /// What was made so far.
    private struct Made: Sendable {
        var pod: JSONValue?
        var job: JSONValue?
        var began = ContinuousClock.now
    }

    func run() async throws -> ClusterEndpoint {
        let objects = ClusterObjects(request, namespace: namespace, creation: UUID().uuidString)
        follower.begin("Creating the Pod \(name)")
        // Not cancelled in the middle: what the API server has taken must be known, to be taken away again.
        let (made, failure) = await Task.detached { await self.make(objects) }.value
        do {
            if let failure { throw failure }
            try Task.checkCancellation()
            guard let pod = made.pod else { throw CancellationError() }
            let sources = CreationSources(
                client: client, pod: pod, namespace: namespace, follower: follower)
            try await CreationRun(
                spec: request, follower: follower, run: { try await sources.run($0) },
                lastLines: { await sources.lastLines() }
            ).untilReady(sources: [
                { try await sources.watchPod($0) }, { try await sources.watchEvents($0) },
            ])
            follower.begin("Fetching the credentials 🔑")
            let text = try await credentials()
            let endpoint = try await finish(objects, made: made, credentials: text)
            follower.end(success: true)
            return endpoint
        } catch {
            follower.end(success: false)
            let isInterrupted = error is CancellationError || Task.isCancelled
            if isInterrupted || !request.retain || made.pod == nil {
                await Task.detached { await self.takeAway(made, isInterrupted: isInterrupted) }.value
            } else {
                follower.notice(
                    "The cluster is kept for inspection (--retain): kinkajou logs --name \(request.name); kinkajou delete cluster --name \(request.name)"
                )
            }
            throw HostClusterRefusal.explanation(
                of: error, doing: "create the cluster \"\(request.name)\"", place: place)
        }
    }

    // MARK: - Objects

    private func make(_ objects: ClusterObjects) async -> (Made, (any Error)?) {
        var made = Made()
        do {
            if let seconds = objects.provisionalLifetime {
                made.job = try await makeJob(objects, seconds: seconds)
            }
            let owner =
                made.job.map { ClusterObjects.ownerReference($0, apiVersion: "batch/v1", kind: "Job") }
                ?? objects.ownerPodReference
            var pod = objects.pod(owner: owner)
            if let job = made.job, job["spec"]["ttlSecondsAfterFinished"].isNull {
                // This host cluster does not delete Jobs by itself: the kubelet ends the Pod at least.
                pod["spec"]["activeDeadlineSeconds"] = job["spec"]["activeDeadlineSeconds"]
            }
            let created = try await makePod(pod, creation: objects.creation)
            made.pod = created
            let reference = ClusterObjects.ownerReference(created, apiVersion: "v1", kind: "Pod")
            _ = try await replacing(.secrets, try objects.specification(owner: reference))
            _ = try await replacing(.services, objects.service(owner: reference))
            _ = try await replacing(.networkPolicies, objects.networkPolicy(owner: reference))
            return (made, nil)
        } catch {
            return (made, error)
        }
    }

    private func makePod(_ pod: JSONValue, creation: String) async throws -> JSONValue {
        do {
            return try await client.create(.pods, pod, namespace: namespace)
        } catch let error as KubernetesError where error.isAlreadyExists {
            let other = try? await client.get(.pods, name, namespace: namespace)
            if let other, other["metadata"]["annotations"][ClusterObjects.Key.creation].string == creation {
                return other  // A repeated request found what the first one had made.
            }
            if other?["metadata"]["deletionTimestamp"].isNull == false {
                throw KinkajouError(
                    "a cluster with the name \"\(request.name)\" is being deleted in \(place)",
                    cure:
                        "wait for it: `kinkajou delete cluster --name \(request.name)` returns when it is gone"
                )
            }
            throw KinkajouError(
                "node(s) already exist for a cluster with the name \"\(request.name)\" in \(place)",
                cure: "choose another --name, or delete it: `kinkajou delete cluster --name \(request.name)`",
                code: .nameTaken)
        } catch let error as KubernetesError where error.status == nil {
            // Whether the request arrived is not known: look.
            guard let other = try? await client.get(.pods, name, namespace: namespace),
                other["metadata"]["annotations"][ClusterObjects.Key.creation].string == creation
            else { throw error }
            return other
        }
    }

    private func makeJob(_ objects: ClusterObjects, seconds: Int64) async throws -> JSONValue {
        let job = try await createJob(objects, seconds: seconds)
        // The controller of 1.20 counts from a start that it writes down only together with something else, and a Job
        // that runs nothing has nothing else. Later ones write it themselves, and refuse a second one.
        let start: JSONValue = ["status": ["startTime": job["metadata"]["creationTimestamp"]]]
        do {
            _ = try await client.patch(
                .jobs, name, namespace: namespace, start, type: .merge, subresource: "status")
        } catch let error as KubernetesError where error.isInvalid || error.isConflict {
            return job
        } catch {
            _ = try? await client.delete(.jobs, name, namespace: namespace, propagation: .background)
            throw error
        }
        return job
    }

    private func createJob(_ objects: ClusterObjects, seconds: Int64) async throws -> JSONValue {
        let job = objects.expiryJob(seconds: seconds)
        do {
            return try await client.create(.jobs, job, namespace: namespace)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Of a cluster that exists, or what is left of one whose time was over.
            if (try? await client.get(.pods, name, namespace: namespace)) != nil {
                throw KinkajouError(
                    "node(s) already exist for a cluster with the name \"\(request.name)\" in \(place)",
                    cure:
                        "choose another --name, or delete it: `kinkajou delete cluster --name \(request.name)`"
                )
            }
            _ = try await client.delete(.jobs, name, namespace: namespace, propagation: .background)
            return try await client.create(.jobs, job, namespace: namespace)
        }
    }

    /// Creates an object of ours, in place of one that an earlier cluster of the same name has left and that the
    /// garbage collector has not come to.
    private func replacing(_ resource: APIResource, _ object: JSONValue) async throws -> JSONValue {
        do {
            return try await client.create(resource, object, namespace: namespace)
        } catch let error as KubernetesError where error.isAlreadyExists {
            guard let name = object["metadata"]["name"].string else { throw error }
            let old = try await client.get(resource, name, namespace: namespace)
            if old["metadata"]["ownerReferences"][0]["uid"] == object["metadata"]["ownerReferences"][0]["uid"]
            {
                return old
            }
            guard old["metadata"]["labels"][ClusterObjects.Key.cluster].string == request.name else {
                throw KinkajouError(
                    "there is a \(resource.kind) \"\(name)\" in \(place) that is none of Kinkajou's",
                    cure: "choose another --name")
            }
            _ = try await client.delete(
                resource, name, namespace: namespace, propagation: .background,
                uid: old["metadata"]["uid"].string)
            return try await client.create(resource, object, namespace: namespace)
        }
    }

    // MARK: - The end

    private func finish(
        _ objects: ClusterObjects, made: Made, credentials: String
    ) async throws -> ClusterEndpoint {
        guard let pod = made.pod else { throw CancellationError() }
        let route = ClusterRoute(client: client, namespace: namespace, host: host)
        let uid = pod["metadata"]["uid"].string ?? request.name
        let inside = try await route.endpoint(
            of: request.name, uid: uid, access: .service, credentials: credentials)
        let reference = ClusterObjects.ownerReference(pod, apiVersion: "v1", kind: "Pod")
        let text = KubeconfigEntries(cluster: request.name, kindCompatible: false).document(inside)
        _ = try await replacing(.secrets, objects.kubeconfig(text, owner: reference))
        try await startLifetime(made)
        return try await route.endpoint(
            of: request.name, uid: uid, access: request.access, credentials: credentials,
            port: request.localPort)
    }

    /// From now on the time to live counts.
    private func startLifetime(_ made: Made) async throws {
        guard let job = made.job, let time = request.lifetime else { return }
        let elapsed = made.began.duration(to: .now).components.seconds
        let seconds = JSONValue.integer(elapsed + time.components.seconds)
        let change: JSONValue = ["spec": ["activeDeadlineSeconds": seconds]]
        _ = try await client.patch(.jobs, name, namespace: namespace, change, type: .merge)
        if job["spec"]["ttlSecondsAfterFinished"].isNull {
            _ = try await client.patch(.pods, name, namespace: namespace, change, type: .merge)
            follower.notice(
                "warning: this host cluster does not delete what has expired (TTLAfterFinished): the Pod will be ended, and `kinkajou delete cluster --name \(request.name)` removes what is left of it"
            )
        }
    }

    /// Takes away what was made, and says so where that does not work.
    private func takeAway(_ made: Made, isInterrupted: Bool) async {
        guard made.pod != nil || made.job != nil else { return }
        follower.begin("Deleting what was made of the cluster \"\(request.name)\" 🗑")
        do {
            if let job = made.job {
                _ = try await client.delete(
                    .jobs, name, namespace: namespace, propagation: .background,
                    uid: job["metadata"]["uid"].string)
            }
            if let pod = made.pod {
                try await PodRemoval(client: client, namespace: namespace).remove(pod, place: place)
            }
            follower.end(success: true)
        } catch {
            follower.end(success: false)
            follower.notice(
                "warning: \(error); delete it with `kinkajou delete cluster --name \(request.name)`")
        }
    }
}

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
    let credentials: @Sendable (_ pod: JSONValue) async throws -> String

    private var name: String { ClusterName.object(request.name) }

    /// What was made so far.
    private struct Made: Sendable {
        var pod: JSONValue?
        var job: JSONValue?
        var began = ContinuousClock.now
    }

    /// How long what the API server is being asked for is waited for after an interruption, before it is looked for.
    private static let patience = Duration.seconds(3)

    func run() async throws -> ClusterEndpoint {
        let objects = ClusterObjects(
            request, namespace: namespace, creation: UUID().uuidString.lowercased())
        follower.begin("Creating the Pod \(name)")
        // Not cancelled in the middle: what the API server has taken must be known, to be taken away again.
        let making = Task.detached { await self.make(objects) }
        let (made, failure) = await withTaskCancellationHandler {
            await making.value
        } onCancel: {
            Task {
                try? await Task.sleep(for: Self.patience)
                making.cancel()
            }
        }
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
            let text = try await credentials(pod)
            let endpoint = try await finish(objects, made: made, credentials: text)
            follower.end(success: true)
            return endpoint
        } catch {
            follower.end(success: false)
            let isInterrupted = error is CancellationError || Task.isCancelled
            if isInterrupted || !request.retain || made.pod == nil {
                await Task.detached { await self.takeAway(made, of: objects) }.value
            } else {
                follower.notice(
                    "The cluster is kept for inspection (--retain): kinkajou logs --name \(request.name); kinkajou delete cluster --name \(request.name)"
                )
            }
            throw HostClusterError.explanation(
                of: error, doing: "create the cluster \"\(request.name)\"", place: place, namespace: namespace
            )
        }
    }

    // MARK: - Objects

    private func maker(_ objects: ClusterObjects) -> ObjectMaker {
        ObjectMaker(
            client: client, namespace: namespace, cluster: request.name, creation: objects.creation,
            place: place)
    }

    private func make(_ objects: ClusterObjects) async -> (Made, (any Error)?) {
        var made = Made()
        let maker = maker(objects)
        do {
            if let seconds = objects.provisionalLifetime {
                let job = try await maker.make(.jobs, objects.expiryJob(seconds: seconds))
                made.job = job
                try await Self.writeStart(of: job, namespace: namespace, client: client)
            }
            let owner =
                made.job.map { ClusterObjects.ownerReference($0, apiVersion: "batch/v1", kind: "Job") }
                ?? objects.ownerPodReference
            var pod = objects.pod(owner: owner)
            if let job = made.job, job["spec"]["ttlSecondsAfterFinished"].isNull {
                // This host cluster does not delete Jobs by itself: the kubelet ends the Pod at least.
                pod["spec"]["activeDeadlineSeconds"] = job["spec"]["activeDeadlineSeconds"]
            }
            // Who has made the Pod has the name.
            let created = try await maker.make(.pods, pod)
            made.pod = created
            let uid = created["metadata"]["uid"].string
            let reference = ClusterObjects.ownerReference(created, apiVersion: "v1", kind: "Pod")
            _ = try await maker.make(.secrets, try objects.specification(owner: reference), pod: uid)
            _ = try await maker.make(.services, objects.service(owner: reference), pod: uid)
            _ = try await maker.make(.networkPolicies, objects.networkPolicy(owner: reference), pod: uid)
            return (made, nil)
        } catch {
            return (made, error)
        }
    }

    /// The controller of 1.20 counts from a start that it writes down only together with something else, and a Job
    /// that runs nothing has nothing else. Later ones write it themselves, and refuse a second one.
    static func writeStart(of job: JSONValue, namespace: String, client: KubernetesClient) async throws {
        let start: JSONValue = ["status": ["startTime": job["metadata"]["creationTimestamp"]]]
        do {
            _ = try await client.patch(
                .jobs, job["metadata"]["name"].string ?? "", namespace: namespace, start, type: .merge,
                subresource: "status")
        } catch let error as KubernetesError where error.isInvalid || error.isConflict {
            return
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
            of: request.name, uid: uid, access: .service, port: objects.apiServicePort,
            credentials: credentials)
        let reference = ClusterObjects.ownerReference(pod, apiVersion: "v1", kind: "Pod")
        let text = KubeconfigEntries(
            context: ClusterName.context(request.name, kindCompatible: false)
        ).document(inside)
        _ = try await maker(objects).make(.secrets, objects.kubeconfig(text, owner: reference), pod: uid)
        try await startLifetime(made)
        return try await route.endpoint(
            of: request.name, uid: uid, access: request.access, port: objects.apiServicePort,
            credentials: credentials, localPort: request.apiPortOutside)
    }

    /// From now on the time to live counts.
    private func startLifetime(_ made: Made) async throws {
        guard let job = made.job, let time = request.lifetime else { return }
        let elapsed = made.began.duration(to: .now).components.seconds
        let seconds = elapsed + time.components.seconds
        let change: JSONValue = ["spec": ["activeDeadlineSeconds": .integer(seconds)]]
        _ = try await client.patch(
            .jobs, job["metadata"]["name"].string ?? "", namespace: namespace, change, type: .merge)
        let hasNoCollector = job["spec"]["ttlSecondsAfterFinished"].isNull
        var podChange: JSONValue = hasNoCollector ? change : [:]
        if let start = job["metadata"]["creationTimestamp"].string,
            let date = try? Date(start, strategy: .iso8601)
        {
            let end = Int64(date.timeIntervalSince1970) + seconds
            podChange["metadata"] = [
                "annotations": [ClusterObjects.Key.expires: .string(LifetimeChange.text(end))]
            ]
        }
        _ = try await client.patch(.pods, name, namespace: namespace, podChange, type: .merge)
        if hasNoCollector {
            follower.notice(
                "warning: this host cluster does not delete what has expired (TTLAfterFinished): the Pod will be ended, and `kinkajou delete cluster --name \(request.name)` removes what is left of it"
            )
        }
    }

    /// Takes away what was made, also what was made although the answer was lost, and says so where that does not
    /// work.
    private func takeAway(_ made: Made, of objects: ClusterObjects) async {
        let maker = maker(objects)
        var isShown = false
        do {
            var job = made.job
            if job == nil, objects.provisionalLifetime != nil {
                job = try await maker.find(.jobs, objects.jobName)
            }
            var pod = made.pod
            if pod == nil { pod = try await maker.find(.pods, name) }
            guard job != nil || pod != nil else { return }
            follower.begin("Deleting what was made of the cluster \"\(request.name)\" 🗑")
            isShown = true
            if let job {
                _ = try await client.delete(
                    .jobs, objects.jobName, namespace: namespace, propagation: .background,
                    uid: job["metadata"]["uid"].string)
            }
            if let pod {
                try await PodRemoval(client: client, namespace: namespace).remove(pod, place: place)
            }
            follower.end(success: true)
        } catch {
            if isShown { follower.end(success: false) }
            follower.notice(
                "warning: what was made of the cluster \"\(request.name)\" may still be there: \(error); delete it with `kinkajou delete cluster --name \(request.name)`"
            )
        }
    }
}

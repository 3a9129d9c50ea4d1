internal import FoundationEssentials
internal import KubernetesAPI
internal import Values

extension KubernetesProvider {
    /// Gives a cluster with a time to live a new one, which counts from now.
    ///
    /// - Returns: When the cluster ends, as RFC 3339 writes it.
    /// - Throws: ``KinkajouError``: there is no such cluster, it has no time to live, or it cannot get a longer one.
    public func extend(_ name: String, to lifetime: Duration) async throws -> String {
        let pod = try await runningPod(of: name)
        return try await explained("change the time to live of the cluster \"\(name)\"") {
            guard let job = try await job(of: pod, cluster: name) else {
                throw KinkajouError(
                    "the cluster \"\(name)\" has no time to live: it lives until it is deleted",
                    cure: "give one when it is made: kinkajou create cluster --ttl 1h")
            }
            let time = LifetimeChange(
                job: job, pod: pod, now: try await client.serverTime(), lifetime: lifetime)
            guard let time else {
                throw KinkajouError(
                    "the Job of the cluster \"\(name)\" does not tell when its time began",
                    cure: "try again in a moment")
            }
            guard !time.isTooLongForPod else {
                throw KinkajouError(
                    "the host cluster does not delete what has expired (TTLAfterFinished), so that the Pod ends by its own deadline, which Kubernetes lets nobody put off",
                    cure: "give a time that ends before \(time.podsEnd ?? "that"), or make the cluster anew")
            }
            // Only these very objects: others may have the names by now.
            _ = try await client.patch(
                .jobs, job["metadata"]["name"].string ?? "", namespace: namespace,
                ["metadata": ["uid": job["metadata"]["uid"]], "spec": time.deadline], type: .merge)
            var change: JSONValue = [
                "metadata": [
                    "uid": pod["metadata"]["uid"],
                    "annotations": [ClusterObjects.Key.expires: .string(time.end)],
                ]
            ]
            if time.podHasDeadline { change["spec"] = time.deadline }
            _ = try await client.patch(
                .pods, pod["metadata"]["name"].string ?? "", namespace: namespace, change, type: .merge)
            return time.end
        }
    }
}

/// What follows from a new time to live. Pure.
///
/// The Job of a cluster counts from its start; so does the Pod, where it has a deadline of its own because the host
/// cluster does not delete Jobs by itself. A Pod's deadline can be brought forward, and not be put off.
struct LifetimeChange: Sendable, Equatable {
    /// The seconds from the Job's start until the end.
    var seconds: Int64
    /// When that is, as RFC 3339 writes it.
    var end: String
    /// Whether the Pod has a deadline of its own.
    var podHasDeadline: Bool
    /// When that ends now.
    var podsEnd: String?
    /// Whether the Pod's deadline would have to be put off.
    var isTooLongForPod: Bool

    /// The `spec` with the new deadline.
    var deadline: JSONValue { ["activeDeadlineSeconds": .integer(seconds)] }

    /// Works it out; nil where the Job does not say when it was made.
    ///
    /// - Parameter now: The API server's time, in seconds since 1970: only that fits to what it has written.
    init?(job: JSONValue, pod: JSONValue, now: Int64, lifetime: Duration) {
        let text = job["status"]["startTime"].string ?? job["metadata"]["creationTimestamp"].string
        guard let text, let start = try? Date(text, strategy: .iso8601) else { return nil }
        let began = Int64(start.timeIntervalSince1970)
        let seconds = max(1, now - began + lifetime.components.seconds)
        self.seconds = seconds
        end = Self.text(began + seconds)
        let deadline = pod["spec"]["activeDeadlineSeconds"].integer
        podHasDeadline = deadline != nil
        podsEnd = deadline.map { Self.text(began + $0) }
        isTooLongForPod = deadline.map { $0 < seconds } ?? false
    }

    /// A time in seconds since 1970, as RFC 3339 writes it.
    static func text(_ seconds: Int64) -> String {
        Date.ISO8601FormatStyle().format(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}

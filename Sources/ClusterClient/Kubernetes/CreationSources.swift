internal import KubernetesAPI
internal import NIOCore
internal import Values

/// Tells what happens to a Pod that was just made, and around it.
struct CreationSources: Sendable {
    let client: KubernetesClient
    let pod: JSONValue
    let namespace: String
    let follower: any CreationFollower

    private var name: String { pod["metadata"]["name"].string ?? "" }

    /// The Pod's own status.
    func watchPod(_ feed: CreationRun.Feed) async throws {
        let fields = "metadata.name=\(name)"
        for try await event in client.watch(.pods, namespace: namespace, labels: nil, fields: fields) {
            switch event {
            case .added(let object), .modified(let object):
                guard object["metadata"]["uid"] == pod["metadata"]["uid"] else { return feed(.gone) }
                feed(.stage(PodStage(pod: object), node: object["spec"]["nodeName"].string))
            case .deleted(let object):
                if object["metadata"]["uid"] == pod["metadata"]["uid"] { feed(.gone) }
            case .synced: continue
            }
        }
    }

    /// The events about it.
    func watchEvents(_ feed: CreationRun.Feed) async throws {
        let fields = "involvedObject.uid=\(pod["metadata"]["uid"].string ?? "")"
        do {
            for try await event in client.watch(.events, namespace: namespace, labels: nil, fields: fields) {
                if case .added(let object) = event.orModifiedAsAdded { feed(.podEvent(PodEvent(object))) }
            }
        } catch let error as KubernetesError where error.isForbidden {
            // They say more than the Pod's status does, but it goes without them.
            follower.notice(
                "warning: events cannot be read, so that a failure may be explained less well: \(error)")
        }
    }

    /// Runs a command in the Pod.
    func run(_ command: RemoteCommand) async throws -> RemoteResult {
        try await withTimeLimit(command.timeout, "`\(command.words.joined(separator: " "))`") {
            let session = try await client.exec(
                pod: name, namespace: namespace, container: "cluster", command: command.words,
                stdin: command.input != nil, tty: false)
            return try await PodStreams(session).run(
                input: command.inputBuffers, output: command.outputBuffers)
        }
    }

    /// The end of the Pod's log.
    func lastLines() async -> [String] {
        let text = CollectedText()
        let pieces = client.logs(
            pod: name, namespace: namespace, container: "cluster", follow: false, tailLines: 12,
            previous: false, sinceSeconds: nil)
        do {
            for try await piece in pieces { text.append(piece) }
        } catch {
            return ["the Pod's log cannot be read: \(error)"]
        }
        return text.string.split(separator: "\n").map(String.init)
    }
}

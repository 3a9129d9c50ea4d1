internal import Logging
internal import NIOCore
internal import Values

/// A watch as its consumer pulls it: lists, connects, reconnects and lists again as needed.
actor Watch {
    /// How long one connection lasts, in seconds; the server ends it, and the watch goes on with the next.
    static let connectionSeconds = 270...300

    private let client: KubernetesClient
    private let resource: APIResource
    private let namespace: String?
    private let selectors: [(name: String, value: String)]
    private let labels: String?
    private let fields: String?
    private let giveUpAfter: Duration

    private var known = KnownObjects()
    private var pending: [WatchEvent] = []
    /// Nil: a list is needed.
    private var resourceVersion: String?
    private var connection: Connection?
    private var hasSucceeded = false
    private var failures = 0
    private var failingSince: ContinuousClock.Instant?
    private let clock = ContinuousClock()

    private struct Connection {
        var lines: WatchLines
        let start: ContinuousClock.Instant
        var hasDelivered = false
    }

    init(
        client: KubernetesClient, resource: APIResource, namespace: String?,
        selectors: [(name: String, value: String)], labels: String?, fields: String?, from: String?,
        giveUpAfter: Duration
    ) {
        self.client = client
        self.resource = resource
        self.namespace = namespace
        self.selectors = selectors
        self.labels = labels
        self.fields = fields
        self.giveUpAfter = giveUpAfter
        resourceVersion = from
    }

    /// The next event. It never ends by itself.
    func next() async throws -> WatchEvent? {
        while true {
            try Task.checkCancellation()
            // Reversed, so that taking one costs nothing.
            if let event = pending.popLast() { return event }
            do {
                if resourceVersion == nil {
                    try await list()
                } else if connection == nil {
                    try await connect()
                } else {
                    try await read()
                }
            } catch let error as KubernetesError {
                connection = nil
                try await recover(from: error)
            }
        }
    }

    private func list() async throws {
        let list = try await client.list(resource, namespace: namespace, labels: labels, fields: fields)
        succeed()
        pending = (known.replace(with: list.items) + [.synced]).reversed()
        resourceVersion = list.resourceVersion
    }

    private func connect() async throws {
        let seconds = Int.random(in: Self.connectionSeconds)
        var query = selectors
        query.append(("watch", "true"))
        query.append(("resourceVersion", resourceVersion ?? ""))
        query.append(("allowWatchBookmarks", "true"))
        query.append(("timeoutSeconds", String(seconds)))
        let request = APIRequest(.get, try resource.path(namespace: namespace), query: query)
        let answer = try await client.send(request, timeout: KubernetesClient.defaultTimeout) { $0 }
        hasSucceeded = true
        failingSince = nil
        log.debug("watching \(resource.plural)", metadata: ["from": "\(resourceVersion ?? "")"])
        connection = Connection(
            lines: WatchLines(answer, what: request.summary), start: clock.now)
    }

    private func read() async throws {
        guard var connection else { return }
        let line = try await connection.lines.next()
        connection.hasDelivered = connection.hasDelivered || line != nil
        self.connection = connection
        guard let line else {
            // The server ended it, as it was told to, or as it goes down.
            self.connection = nil
            let isHealthy = connection.hasDelivered || connection.start.duration(to: clock.now) > .seconds(1)
            if isHealthy { succeed() } else { try await pause() }
            return
        }
        try take(line)
        succeed()
    }

    private func take(_ line: JSONValue) throws {
        let object = line["object"]
        switch line["type"].string {
        case "ADDED": pending += known.set(object, isNew: true)
        case "MODIFIED": pending += known.set(object, isNew: false)
        case "DELETED":
            known.remove(object)
            pending.append(.deleted(object))
        case "BOOKMARK": break
        case "ERROR":
            throw KubernetesError.status(
                APIStatus(request: "watch of \(resource.plural)", code: 500, body: object.encoded()))
        default:
            throw KubernetesError.invalidResponse(
                what: "watch of \(resource.plural)", reason: "there is no such event")
        }
        if let version = object["metadata"]["resourceVersion"].string, !version.isEmpty {
            resourceVersion = version
        }
    }

    private func succeed() {
        hasSucceeded = true
        failures = 0
        failingSince = nil
    }

    private func recover(from error: KubernetesError) async throws {
        if error.isGone {
            // A server that answers each list with a version that it does not know must not be flooded.
            resourceVersion = nil
            if failures > 0 { try await pause() } else { failures += 1 }
            return
        }
        let since = failingSince ?? clock.now
        failingSince = since
        log.debug("the watch of \(resource.plural) broke off: \(error)")
        guard mayPass(error), since.duration(to: clock.now) < giveUpAfter else { throw error }
        try await pause()
    }

    /// Whether trying again may help. An API server that starts may refuse for a while whom it served before.
    private func mayPass(_ error: KubernetesError) -> Bool {
        switch error {
        case .connection(let failure): failure.isTransient || hasSucceeded
        case .timeout: true
        case .status(let status): hasSucceeded || status.code == 429 || status.code >= 500
        case .invalidResponse: hasSucceeded
        default: false
        }
    }

    private func pause() async throws {
        failures += 1
        let policy = RetryPolicy(attempts: .max, firstPause: .milliseconds(200))
        try await Task.sleep(
            for: policy.backOff(attempt: failures, jitter: .random(in: 0...1)), clock: .continuous)
    }
}

/// The objects that a watch has reported, in order to find out what a new list does not have any more.
struct KnownObjects {
    private var objects: [String: JSONValue] = [:]

    private static func key(_ object: JSONValue) -> String {
        "\(object["metadata"]["namespace"].string ?? "")/\(object["metadata"]["name"].string ?? "")"
    }

    /// Takes a new list, and says what has changed.
    mutating func replace(with items: [JSONValue]) -> [WatchEvent] {
        var events: [WatchEvent] = []
        var present: [String: JSONValue] = [:]
        present.reserveCapacity(items.count)
        for item in items { present[Self.key(item)] = item }
        for (key, object) in objects.sorted(by: { $0.key < $1.key }) where present[key] == nil {
            events.append(.deleted(object))
        }
        for item in items {
            guard let old = objects[Self.key(item)] else {
                events.append(.added(item))
                continue
            }
            if old["metadata"]["uid"] != item["metadata"]["uid"] {
                events += [.deleted(old), .added(item)]
            } else if old["metadata"]["resourceVersion"] != item["metadata"]["resourceVersion"] {
                events.append(.modified(item))
            }
        }
        objects = present
        return events
    }

    /// Takes a change.
    mutating func set(_ object: JSONValue, isNew: Bool) -> [WatchEvent] {
        objects[Self.key(object)] = object
        return [isNew ? .added(object) : .modified(object)]
    }

    mutating func remove(_ object: JSONValue) {
        objects[Self.key(object)] = nil
    }
}

/// The lines of a watch: one JSON object each.
struct WatchLines {
    /// etcd keeps no object near this size.
    private static let longestLine = 32 << 20

    private let chunks: ChunkPuller
    private var buffer = ByteBuffer()
    /// How much of ``buffer`` was searched already.
    private var searched = 0
    private let what: String

    init(_ answer: StreamedAnswer, what: String) {
        chunks = ChunkPuller(answer)
        self.what = what
    }

    mutating func next() async throws -> JSONValue? {
        while true {
            if let line = try complete() { return line }
            // Half a line at the end is an event that will come again.
            guard let chunk = try await chunks.next() else { return nil }
            buffer.writeImmutableBuffer(chunk)
        }
    }

    /// A line that has arrived as a whole.
    private mutating func complete() throws -> JSONValue? {
        while true {
            let view = buffer.readableBytesView
            if let end = view.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
                let line = view[view.startIndex..<end]
                let value: JSONValue? = line.isEmpty ? nil : try parse(line)
                buffer.moveReaderIndex(forwardBy: end - view.startIndex + 1)
                buffer.discardReadBytes()
                searched = 0
                if let value { return value }
                continue
            }
            searched = view.count
            guard searched <= Self.longestLine else {
                throw KubernetesError.invalidResponse(what: what, reason: "a line has no end")
            }
            return nil
        }
    }

    private func parse(_ line: ByteBufferView) throws -> JSONValue {
        do {
            return try JSONValue(json: line)
        } catch {
            throw KubernetesError.invalidResponse(what: what, reason: "\(error)")
        }
    }
}

import KubernetesAPI
import KubernetesTestSupport
import NIOCore
import Synchronization
import Testing
import Values

/// The objects of an API server in memory, for ``StubServer``: made, read, listed and deleted as the real one does
/// it, but for the faults that a test asks for.
final class StubObjects: Sendable {
    /// What happens to a request.
    enum Fault: Sendable {
        /// It is carried out, and the connection breaks before the answer.
        case carriedOutButLost
        /// It is carried out, and answered with this status.
        case carriedOutButAnswered(Int)
        /// It is answered with this status, and not carried out.
        case answered(Int)
        /// Before it is looked at, the object is gone.
        case objectGoesBefore
        /// The object is marked as being deleted, and stays until somebody changes it: its kubelet has missed its end.
        case marked
    }

    private struct State {
        var objects: [String: JSONValue] = [:]
        var nextUID = 1
        var faults: [(method: String, path: String, fault: Fault)] = []
    }

    private let state = Mutex(State())

    /// The objects by their paths.
    var objects: [String: JSONValue] { state.withLock { $0.objects } }

    /// Puts an object there.
    func put(_ path: String, _ object: JSONValue) { state.withLock { $0.objects[path] = object } }

    /// Has the next request of a method, for a path that ends so, go wrong.
    func fault(_ method: String, _ path: String, _ fault: Fault) {
        state.withLock { $0.faults.append((method, path, fault)) }
    }

    /// Runs `body` with a client of a server that has them.
    func serve<Result: Sendable>(
        _ body: @escaping @Sendable (KubernetesClient, StubServer) async throws -> Result
    ) async throws -> Result {
        try await StubServer.with(handler: { try await self.handle(&$0) }) { server in
            try await KubernetesClient(
                ClientConfiguration(server: "http://127.0.0.1:\(server.port)", namespace: "ci"),
                userAgent: "test", retries: RetryPolicy(attempts: 1)
            ).use { try await body($0, server) }
        }
    }

    private func handle(_ exchange: inout StubServer.Exchange) async throws {
        let request = exchange.request
        let body = try await exchange.body()
        let path = String(request.target.split(separator: "?").first ?? "")
        let fault = state.withLock { state -> Fault? in
            let index = state.faults.firstIndex { $0.method == request.method && path.hasSuffix($0.path) }
            return index.map { state.faults.remove(at: $0).fault }
        }
        if case .answered(let code)? = fault {
            try await Self.answer(exchange, code, Self.status(code, "Broken"))
            return
        }
        if case .objectGoesBefore? = fault { state.withLock { _ = $0.objects.removeValue(forKey: path) } }
        if case .marked? = fault {
            let object = state.withLock { state in
                state.objects[path]?["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
                return state.objects[path] ?? .null
            }
            try await Self.answer(exchange, 200, Self.text(object))
            return
        }
        if request.target.contains("watch=") {
            // Nothing happens, and the connection ends.
            try await Self.answer(exchange, 200, "")
            return
        }
        let (code, answer) = try carryOut(request.method, path, body)
        switch fault {
        case .carriedOutButLost: exchange.hangUp()
        case .carriedOutButAnswered(let code):
            try await Self.answer(exchange, code, Self.status(code, "Broken"))
        default: try await Self.answer(exchange, code, answer)
        }
    }

    /// Answers a request whose body was read.
    private static func answer(_ exchange: StubServer.Exchange, _ code: Int, _ text: String) async throws {
        try await exchange.head(code, ["Content-Length": "\(text.utf8.count)"])
        try await exchange.write(text)
        try await exchange.end()
    }

    private func carryOut(_ method: String, _ path: String, _ body: ByteBuffer) throws -> (Int, String) {
        try state.withLock { state in
            switch method {
            case "POST":
                var object = try JSONValue(json: body.readableBytesView)
                let whole = "\(path)/\(object["metadata"]["name"].string ?? "")"
                guard state.objects[whole] == nil else { return (409, Self.status(409, "AlreadyExists")) }
                object["metadata"]["uid"] = .string("uid-\(state.nextUID)")
                state.nextUID += 1
                state.objects[whole] = object
                return (201, Self.text(object))
            case "DELETE":
                guard let object = state.objects[path] else { return (404, Self.status(404, "NotFound")) }
                let wanted = try JSONValue(json: body.readableBytesView)["preconditions"]["uid"]
                guard wanted.isNull || wanted == object["metadata"]["uid"] else {
                    return (409, Self.status(409, "Conflict"))
                }
                state.objects[path] = nil
                return (200, Self.text(object))
            case "PATCH" where state.objects[path]?["metadata"]["deletionTimestamp"].isNull == false:
                return (200, Self.text(state.objects.removeValue(forKey: path) ?? .null))
            default:
                if let object = state.objects[path] { return (200, Self.text(object)) }
                guard !path.hasSuffix("s") else {
                    let items = state.objects.filter { $0.key.hasPrefix(path + "/") }.map(\.value)
                    return (
                        200,
                        Self.text([
                            "kind": "List", "metadata": ["resourceVersion": "1"], "items": .array(items),
                        ])
                    )
                }
                return (404, Self.status(404, "NotFound"))
            }
        }
    }

    private static func text(_ value: JSONValue) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    private static func status(_ code: Int, _ reason: String) -> String {
        text([
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": .string(reason),
            "code": .integer(Int64(code)), "message": .string(reason),
        ])
    }
}

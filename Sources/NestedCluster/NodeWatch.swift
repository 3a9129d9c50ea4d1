internal import DockerEngine
internal import Doctor
internal import EngineHost
internal import EnginePlan
internal import FoundationEssentials
internal import Linux
internal import NIOCore
internal import Synchronization
internal import Values

/// Ends a wait at once when a node of the cluster, or dockerd itself, has died.
struct NodeWatch {
    let client: DockerEngineClient
    /// The label, with its value, of the cluster's nodes.
    let label: String
    let engineLog: String

    /// Runs the body, and ends it early with an error where a node or dockerd dies.
    func during(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                try await untilDeath()
                return false
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next(), !isDone {}
        }
    }

    private func untilDeath() async throws {
        let dead = Mutex<EngineEvent?>(nil)
        do {
            try await client.events(
                filters: ["type": ["container"], "event": ["die"], "label": [label]], timeout: .seconds(86400)
            ) { event in
                // `docker exec` in a node does not count, and has other events.
                dead.withLock { $0 = event }
                return false
            }
        } catch {
            try Task.checkCancellation()
            throw engineLost("its stream of events broke off")
        }
        try Task.checkCancellation()
        guard let event = dead.withLock({ $0 }) else { throw engineLost("it ended its stream of events") }
        let name = event.attributes["name"] ?? event.actorID
        let code = event.attributes["exitCode"] ?? "unknown"
        throw KinkajouError.cluster(
            "the node \(name) ended (exit status \(code))",
            evidence: FailureEvidence(await Self.lastLines(of: event.actorID, count: 12, client: client)),
            cure: code == "137"
                ? "it was killed: give the container more memory if its limit was reached, and see its log"
                : "its last lines are above; --export-logs keeps all")
    }

    private func engineLost(_ how: String) -> KinkajouError {
        let lines = ((try? Files.read(engineLog)) ?? "").split(separator: "\n").map(String.init)
        let known = KnownFailure.ofDaemon(log: lines.suffix(50))
        return KinkajouError(
            "dockerd ended while the cluster came up: \(known?.cause ?? how)",
            cure: known?.cure ?? "read its log, \(engineLog)",
            evidence: DaemonLog.tail(lines: lines, count: 8), code: .engineFailed)
    }

    /// The last lines that a container wrote.
    static func lastLines(of container: String, count: Int, client: DockerEngineClient) async -> [String] {
        let bytes = Mutex<[UInt8]>([])
        try? await client.containerLogs(container, tail: count, timeout: .seconds(3)) { piece in
            bytes.withLock { $0 += piece.bytes.readableBytesView }
        }
        return bytes.withLock { String(decoding: $0, as: UTF8.self) }
            .split(whereSeparator: \.isNewline).map(withoutColours)
    }

    /// A line without the escape sequences that systemd colours it with (ECMA-48, CSI).
    static func withoutColours(_ line: Substring) -> String {
        var text = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if scalar == "\u{1B}" {
                isEscaped = true
            } else if isEscaped {
                if scalar != "[", (0x40...0x7e).contains(scalar.value) { isEscaped = false }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

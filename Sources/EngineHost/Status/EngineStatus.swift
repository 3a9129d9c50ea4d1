internal import DockerEngine
internal import Synchronization

/// The status pages of an engine: `/livez`, `/startupz` and `/readyz`.
public final class EngineStatus: StatusPages {
    private enum Stage {
        case starting, serving, stopping
    }

    private let stage = Mutex(Stage.starting)

    /// Pages that say that nothing is ready.
    public init() {}

    func isServing() { stage.withLock { if $0 == .starting { $0 = .serving } } }
    func isStopping() { stage.withLock { $0 = .stopping } }

    /// Answers a path; nil: there is no such page.
    public func answer(_ path: String) async -> (status: Int, type: String, text: String)? {
        let failure: String?
        switch path {
        case "/livez": failure = nil
        case "/startupz": failure = stage.withLock { $0 == .starting } ? "starting" : nil
        case "/readyz": failure = await self.failure()
        default: return nil
        }
        return (failure == nil ? 200 : 503, "text/plain; charset=utf-8", (failure ?? "ok") + "\n")
    }

    /// Why the engine cannot be used; nil: it can.
    private func failure() async -> String? {
        switch stage.withLock({ $0 }) {
        case .starting: return "starting"
        case .stopping: return "stopping"
        case .serving: break
        }
        do {
            try await DockerEngineClient.withClient(socketPath: DockerDaemon.socket) { client in
                _ = try await client.ping(timeout: .seconds(3))
            }
            return nil
        } catch {
            return "the engine: \(error)"
        }
    }
}

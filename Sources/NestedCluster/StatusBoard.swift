internal import Console
public import EngineHost
internal import KubernetesAPI
internal import Linux
internal import Synchronization

/// The status pages of a cluster: `/livez`, `/startupz`, `/readyz` and `/metrics`.
public final class StatusBoard: StatusPages {
    private struct State {
        var progress: Progress?
        var api: KubernetesClient?
        var isReady = false
        var isStopping = false
        var lastLook: (at: ContinuousClock.Instant, failure: String?)?
    }

    private let began = ContinuousClock.now
    private let state = Mutex(State())

    /// A board that says that nothing is ready.
    public init() {}

    func follow(_ progress: Progress) { state.withLock { $0.progress = progress } }
    func follow(_ api: KubernetesClient) { state.withLock { $0.api = api } }
    func isReady() { state.withLock { $0.isReady = true } }
    func isStopping() { state.withLock { $0.isStopping = true } }

    /// Answers a path; nil: there is no such page.
    public func answer(_ path: String) async -> (status: Int, type: String, text: String)? {
        let plain = "text/plain; charset=utf-8"
        switch path {
        case "/livez":
            return (200, plain, "ok\n")
        case "/startupz":
            let (isReady, progress) = state.withLock { ($0.isReady, $0.progress) }
            if isReady { return (200, plain, "ok\n") }
            return (503, plain, "starting: \(progress?.current ?? "the engine")\n")
        case "/readyz":
            let failure = await self.failure()
            return (failure == nil ? 200 : 503, plain, (failure ?? "ok") + "\n")
        case "/metrics":
            let failure = await self.failure()
            return (200, "text/plain; version=0.0.4; charset=utf-8", metrics(isReady: failure == nil))
        default:
            return nil
        }
    }

    /// Why the cluster is not ready; looked for at most every two seconds.
    private func failure() async -> String? {
        let (api, isReady, isStopping, lastLook, progress) = state.withLock {
            ($0.api, $0.isReady, $0.isStopping, $0.lastLook, $0.progress)
        }
        if isStopping { return "stopping" }
        guard isReady, let api else { return "starting: \(progress?.current ?? "the engine")" }
        if let lastLook, lastLook.at + .seconds(2) > .now { return lastLook.failure }
        var failure: String?
        do {
            _ = try await api.request(APIRequest(.get, "/readyz"), timeout: .seconds(3))
        } catch {
            failure = "the API server: \(error)"
        }
        state.withLock { $0.lastLook = (.now, failure) }
        return failure
    }

    /// Prometheus' text format, version 0.0.4.
    private func metrics(isReady: Bool) -> String {
        let records = state.withLock { $0.progress }?.records ?? []
        var lines = [
            "# HELP kinkajou_ready Whether the cluster is ready.", "# TYPE kinkajou_ready gauge",
            "kinkajou_ready \(isReady ? 1 : 0)",
            "# HELP kinkajou_uptime_seconds Time since the start.", "# TYPE kinkajou_uptime_seconds gauge",
            "kinkajou_uptime_seconds \(began.duration(to: .now).inTenths)",
            "# HELP kinkajou_phase_seconds How long each phase took.", "# TYPE kinkajou_phase_seconds gauge",
        ]
        var totals: [(name: String, duration: Duration)] = []
        for record in records {
            if let index = totals.firstIndex(where: { $0.name == record.name }) {
                totals[index].duration += record.duration
            } else {
                totals.append((record.name, record.duration))
            }
        }
        for total in totals {
            var label = ""
            for character in total.name {
                switch character {
                case "\\": label += "\\\\"
                case "\"": label += "\\\""
                case "\n": label += "\\n"
                default: label.append(character)
                }
            }
            lines.append("kinkajou_phase_seconds{phase=\"\(label)\"} \(total.duration.inTenths)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

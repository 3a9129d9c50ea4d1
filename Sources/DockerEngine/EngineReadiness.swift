internal import Synchronization
internal import Values

/// Waits until a daemon that is starting answers `/_ping` and `/info`.
///
/// `/_ping` alone is not enough: it answers while the daemon still restores containers and networks.
public struct EngineReadiness: Sendable {
    private let client: DockerEngineClient
    private let timeout: Duration
    private let firstInterval: Duration
    private let longestInterval: Duration

    /// Makes a wait.
    ///
    /// - Parameters:
    ///   - client: Speaks to the daemon.
    ///   - timeout: How long to wait in all.
    ///   - firstInterval: The pause after the first attempt. It grows by half with each.
    ///   - longestInterval: The pause that it grows to.
    public init(
        client: DockerEngineClient,
        timeout: Duration = .seconds(60),
        firstInterval: Duration = .milliseconds(20),
        longestInterval: Duration = .milliseconds(500)
    ) {
        self.client = client
        self.timeout = timeout
        self.firstInterval = firstInterval
        self.longestInterval = max(firstInterval, longestInterval)
    }

    /// Waits until the daemon is ready, has died, or time is up; whichever comes first.
    ///
    /// - Parameter daemonExit: Suspends until the daemon has ended, and says how. nil says that this cannot
    ///   be known (any more); the wait then goes on. It is cancelled, but not waited for, when the wait is
    ///   over.
    /// - Returns: What the daemon says of itself.
    /// - Throws: ``EngineReadinessError``, `CancellationError`, or a ``DockerEngineError`` that waiting
    ///   cannot cure: a daemon that is too old.
    public func wait(
        daemonExit: @escaping @Sendable () async -> String? = { nil }
    ) async throws -> SystemInfo {
        // Not a task group: it would wait for `daemonExit` too, which need not heed cancellation.
        let (outcomes, report) = AsyncStream.makeStream(
            of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        let attempt = LastAttempt()
        let tasks = [
            Task { if let outcome = await poll(attempt) { report.yield(outcome) } },
            Task { if let reason = await daemonExit() { report.yield(.exited(reason)) } },
            Task {
                guard (try? await Task.sleep(for: timeout, clock: .continuous)) != nil else { return }
                let (what, error) = attempt.state.withLock { $0 }
                report.yield(
                    .failed(
                        EngineReadinessError.timedOut(after: timeout, waitingFor: what, lastError: error)))
            },
        ]
        defer { for task in tasks { task.cancel() } }
        for await outcome in outcomes {
            switch outcome {
            case .ready(let info): return info
            case .exited(let reason): throw EngineReadinessError.daemonExited(reason: reason)
            case .failed(let error): throw error
            }
        }
        // The stream is never finished, so it ends only when this task is cancelled.
        throw CancellationError()
    }

    private enum Outcome: Sendable {
        case ready(SystemInfo)
        case exited(String)
        case failed(any Error)
    }

    /// What is being waited for, for the message when time is up.
    private final class LastAttempt: Sendable {
        let state = Mutex<(what: String, error: String?)>(("/_ping", nil))
    }

    private func poll(_ attempt: LastAttempt) async -> Outcome? {
        var interval = firstInterval
        while !Task.isCancelled {
            do {
                attempt.state.withLock { $0.what = "/_ping" }
                try await client.ping()
                attempt.state.withLock { $0.what = "/info" }
                return .ready(try await client.info())
            } catch let error as DockerEngineError {
                switch error {
                case .unsupportedVersion, .clientShutDown: return .failed(error)
                default: attempt.state.withLock { $0.error = error.description }
                }
            } catch is CancellationError {
                return nil
            } catch {
                attempt.state.withLock { $0.error = "\(error)" }
            }
            guard (try? await Task.sleep(for: interval, clock: .continuous)) != nil else { return nil }
            interval = min(interval * 3 / 2, longestInterval)
        }
        return nil
    }
}

/// Why a daemon did not become ready.
public enum EngineReadinessError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It lives, as far as is known, but does not answer.
    case timedOut(after: Duration, waitingFor: String, lastError: String?)
    /// It has ended.
    case daemonExited(reason: String)

    /// What failed, why, and what to do about it.
    public var description: String {
        switch self {
        case .timedOut(let after, let what, let lastError):
            "the Docker daemon is not ready: timed out after \(after.inSeconds) waiting for \(what)"
                + (lastError.map { ". The last attempt: \($0)" } ?? ".")
                + " Read the daemon's log, give it more CPU, or allow more time."
        case .daemonExited(let reason):
            "the Docker daemon ended before it was ready: \(reason)"
        }
    }
}

internal import Logging
internal import Synchronization
internal import Values

/// Listens to the agent in a cluster's Pod or container: a connection that breaks is made again, and goes on where it
/// was.
struct AgentEvents: Sendable {
    /// Runs a command beside the agent.
    let run: @Sendable (RemoteCommand) async throws -> RemoteResult

    /// How long to wait before the next attempt.
    private static let pause = Duration.seconds(1)

    private struct State {
        var lines = EventLines()
        var last = 0
        var isOver = false
    }

    /// Listens until the agent has said that the cluster is ready or came to nothing, or until the task is cancelled.
    func listen(_ take: @escaping @Sendable (CreationMachine.Happening) -> Void) async {
        let state = Mutex(State())
        while !Task.isCancelled {
            let last = state.withLock { state in
                state.lines = EventLines()
                return state.last
            }
            let command = RemoteCommand(
                ["kinkajou", "inside", "events", "--after", "\(last)"], timeout: .seconds(86400)
            ) { piece in
                let events = try state.withLock { try $0.lines.take(piece) }
                for event in events {
                    state.withLock { state in
                        state.last = max(state.last, event.number)
                        switch event.event {
                        case .ready, .ended: state.isOver = true
                        default: break
                        }
                    }
                    take(.agent(event.event))
                }
            }
            log.debug("listening to the agent", metadata: ["after": "\(last)"])
            do {
                let result = try await run(command)
                if state.withLock({ $0.isOver }) { return }
                switch result.status {
                case 0: break
                case ErrorCode.usage.exitStatus, ErrorCode.commandNotFound.exitStatus,
                    ErrorCode.commandNotExecutable.exitStatus:
                    return take(.agentForeign(ProgressEvent.mismatch("no events: \(result.reason)")))
                default: take(.agentSilent(result.reason))
                }
            } catch let error as KinkajouError where error.code == .versionMismatch {
                return take(.agentForeign(error))
            } catch {
                if Task.isCancelled || state.withLock({ $0.isOver }) { return }
                take(.agentSilent("\(error)"))
            }
            // Not at once again: what broke the connection may last.
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
        }
    }
}

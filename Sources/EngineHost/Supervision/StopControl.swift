internal import Linux
internal import Synchronization
internal import Values

/// Carries out what a ``StopState`` decides: tells those who must act on the session's end, and hands signals to the
/// command.
final class StopControl: Sendable {
    private struct State {
        var stop: StopState
        var since: ContinuousClock.Instant?
        var command: ChildProcess?
        var listeners: [@Sendable () -> Void] = []
        var urgentListeners: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    /// The control of a session that goes on.
    init(hasCommand: Bool) {
        state = Mutex(State(stop: StopState(hasCommand: hasCommand)))
    }

    /// Why the session is to end; nil while it goes on.
    var reason: StopState.Reason? { state.withLock { $0.stop.reason } }

    /// When it was asked to end.
    var since: ContinuousClock.Instant? { state.withLock { $0.since } }

    /// Calls the listener once, when the session is to end; at once where that is so already.
    func onStop(_ listener: @escaping @Sendable () -> Void) {
        let isStopping = state.withLock { state in
            if state.stop.reason == nil { state.listeners.append(listener) }
            return state.stop.reason != nil
        }
        if isStopping { listener() }
    }

    /// Calls the listener once, when whoever stops the session asks a second time.
    func onUrgentStop(_ listener: @escaping @Sendable () -> Void) {
        let isUrgent = state.withLock { state in
            if !state.stop.isUrgent { state.urgentListeners.append(listener) }
            return state.stop.isUrgent
        }
        if isUrgent { listener() }
    }

    /// The command that signals go to from now on. A stop that came before is handed on at once.
    func setCommand(_ command: ChildProcess?) {
        perform(command == nil ? .commandEnded : .commandStarted) { $0.command = command }
    }

    /// Ends the session, which cannot go on.
    func stop(_ error: KinkajouError) {
        perform(.lost(error))
    }

    /// A signal came from outside.
    func handle(signal number: Int32) {
        perform(.signal(number))
    }

    private func perform(_ event: StopState.Event, change: (inout State) -> Void = { _ in }) {
        let (command, actions, listeners) = state.withLock { state in
            change(&state)
            let actions = state.stop.handle(event)
            var listeners: [@Sendable () -> Void] = []
            if actions.contains(.stop) {
                state.since = .now
                swap(&listeners, &state.listeners)
            }
            if actions.contains(.hurry) {
                listeners += state.urgentListeners
                state.urgentListeners = []
            }
            return (state.command, actions, listeners)
        }
        for case .signalCommand(let number) in actions { command?.signal(number) }
        for listener in listeners { listener() }
    }
}

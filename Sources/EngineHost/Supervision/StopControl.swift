internal import Glibc
internal import Linux
internal import Synchronization
internal import Values

/// Knows whether the session is to end, tells those who must act on it, and hands signals to the command.
final class StopControl: Sendable {
    enum Reason: Equatable {
        /// A signal asked for it.
        case signal(Int32)
        /// The engine is lost.
        case failure(KinkajouError)
    }

    private struct State {
        var reason: Reason?
        var isUrgent = false
        var since: ContinuousClock.Instant?
        var command: ChildProcess?
        var listeners: [@Sendable () -> Void] = []
        var urgentListeners: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Why the session is to end; nil while it goes on.
    var reason: Reason? { state.withLock { $0.reason } }

    /// When it was asked to end.
    var since: ContinuousClock.Instant? { state.withLock { $0.since } }

    /// Calls the listener once, when the session is to end; at once where that is so already.
    func onStop(_ listener: @escaping @Sendable () -> Void) {
        let isStopping = state.withLock { state in
            if state.reason == nil { state.listeners.append(listener) }
            return state.reason != nil
        }
        if isStopping { listener() }
    }

    /// Calls the listener once, when whoever stops the session asks a second time.
    func onUrgentStop(_ listener: @escaping @Sendable () -> Void) {
        let isUrgent = state.withLock { state in
            if !state.isUrgent { state.urgentListeners.append(listener) }
            return state.isUrgent
        }
        if isUrgent { listener() }
    }

    /// The command that signals go to from now on. A stop that came before is handed on at once.
    func setCommand(_ command: ChildProcess?) {
        let missed = state.withLock { state in
            state.command = command
            return state.reason
        }
        if let command, let missed { command.signal(Self.signal(for: missed)) }
    }

    /// Ends the session.
    func stop(_ reason: Reason) {
        let (command, listeners) = state.withLock { state -> (ChildProcess?, [@Sendable () -> Void]) in
            guard state.reason == nil else { return (nil, []) }
            state.reason = reason
            state.since = .now
            defer { state.listeners = [] }
            return (state.command, state.listeners)
        }
        command?.signal(Self.signal(for: reason))
        for listener in listeners { listener() }
    }

    /// A signal came from outside.
    func handle(signal number: Int32, hasCommand: Bool) {
        switch number {
        case SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE,
            SIGCONT where !hasCommand:
            return
        case SIGTERM, SIGINT:
            if reason == nil { stop(.signal(number)) } else { hurry(number) }
        case SIGQUIT where !hasCommand, SIGHUP where !hasCommand:
            stop(.signal(number))
        default:
            state.withLock { $0.command }?.signal(number)
        }
    }

    private func hurry(_ number: Int32) {
        let (command, listeners) = state.withLock { state -> (ChildProcess?, [@Sendable () -> Void]) in
            guard !state.isUrgent else { return (state.command, []) }
            state.isUrgent = true
            defer { state.urgentListeners = [] }
            return (state.command, state.urgentListeners)
        }
        command?.signal(number)
        for listener in listeners { listener() }
    }

    private static func signal(for reason: Reason) -> Int32 {
        if case .signal(let number) = reason { number } else { SIGTERM }
    }
}
